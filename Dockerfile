# One image for the service and the indexer. The encoder is a build argument: EXTRAS="" leaves it out (1 GB less) and
# every answer that would have used it says so.
FROM python:3.11-slim-bookworm AS build
ARG EXTRAS="[embeddings]"
WORKDIR /src
COPY . .
RUN python -m venv /opt/onhand \
    && /opt/onhand/bin/pip install --no-cache-dir --quiet setuptools wheel \
    && /opt/onhand/bin/pip install --no-cache-dir --quiet --editable ".${EXTRAS}" \
    && /opt/onhand/bin/python -m geo.build \
    && /opt/onhand/bin/pip install --no-cache-dir --quiet --no-deps ".${EXTRAS}"

FROM python:3.11-slim-bookworm
COPY --from=build /opt/onhand /opt/onhand
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/onhand onhand
USER onhand
WORKDIR /var/lib/onhand
ENV PATH=/opt/onhand/bin:$PATH ONHAND_DATA_DIR=/var/lib/onhand PYTHONUNBUFFERED=1
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/livez', timeout=2)"]
ENTRYPOINT ["onhand"]
CMD ["serve", "--host", "0.0.0.0"]
