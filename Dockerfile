# One image for the service and the indexer. torch is needed to export the encoder only, so it stays in the first stage.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/export && /opt/export/bin/pip install --no-cache-dir --quiet --editable ".[embeddings]" \
    && /opt/export/bin/python -m geo.build
RUN mkdir -p /opt/models && ONHAND_DATA_DIR=/opt /opt/export/bin/python -c "from runtime.settings import load_settings; \
from search.embeddings import load_embedder; e = load_embedder(load_settings()); e.close(); print(e.digest)" > /tmp/digest \
    && ln -s "$(cat /tmp/digest)" /opt/models/current
RUN python -m venv /opt/onhand && /opt/onhand/bin/pip install --no-cache-dir --quiet ".[encoder]"

FROM python:3.11-slim-bookworm
COPY --from=build /opt/onhand /opt/onhand
COPY --from=build /opt/models /opt/models
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/onhand onhand
USER onhand
WORKDIR /var/lib/onhand
ENV PATH=/opt/onhand/bin:$PATH ONHAND_DATA_DIR=/var/lib/onhand ONHAND_MODEL=/opt/models/current PYTHONUNBUFFERED=1
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/livez', timeout=2)"]
ENTRYPOINT ["onhand"]
CMD ["serve", "--host", "0.0.0.0"]
