// Shows the OpenAPI document of the service as a page, from text nodes only.
import { element } from "./cards.js";

const page = document.getElementById("docs");

function typeOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" | ");
  if (schema.type === "array") return `${typeOf(schema.items)}[]`;
  return schema.type ?? "any";
}

function limits(schema) {
  const names = ["minimum", "exclusiveMinimum", "maximum", "minLength", "maxLength", "default", "pattern"];
  return names.filter((name) => name in schema).map((name) => `${name} ${schema[name]}`).join(", ");
}

function table(heads, rows) {
  const node = element("table");
  const head = element("tr");
  head.append(...heads.map((text) => element("th", "", text)));
  node.append(head);
  for (const cells of rows) {
    const row = element("tr");
    row.append(...cells.map((text) => element("td", "", text)));
    node.append(row);
  }
  return node;
}

function operationNode(path, method, operation) {
  const node = element("details");
  const summary = element("summary");
  summary.append(element("span", "method", method.toUpperCase()), element("code", "", path), element("span", "soft", operation.summary));
  node.append(summary);
  if (operation.parameters.length) {
    node.append(table(["name", "in", "type", "limits", ""], operation.parameters.map((parameter) => [
      parameter.name + (parameter.required ? " *" : ""), parameter.in, typeOf(parameter.schema), limits(parameter.schema), parameter.description ?? "",
    ])));
  }
  if (operation.requestBody) node.append(element("p", "", `Body: ${typeOf(operation.requestBody.content["application/json"].schema)}`));
  node.append(table(["status", "answer", ""], Object.entries(operation.responses).map(([status, response]) => {
    const [kind, content] = Object.entries(response.content ?? {})[0] ?? ["", {}];
    return [status, kind === "application/json" ? typeOf(content.schema) : kind, response.description];
  })));
  return node;
}

function show(documentation) {
  const tags = new Map();
  for (const [path, operations] of Object.entries(documentation.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags[0];
      if (!tags.has(tag)) tags.set(tag, element("section"));
      tags.get(tag).append(operationNode(path, method, operation));
    }
  }
  page.replaceChildren(element("h1", "", `${documentation.info.title} ${documentation.info.version}`), element("p", "soft", documentation.info.description));
  for (const [tag, section] of tags) {
    section.prepend(element("h2", "", tag));
    page.append(section);
  }
  page.append(element("h2", "", "schemas"));
  for (const [name, schema] of Object.entries(documentation.components.schemas)) {
    const node = element("details");
    const summary = element("summary");
    summary.append(element("code", "", name));
    node.append(summary, element("pre", "", JSON.stringify(schema, null, 2)));
    page.append(node);
  }
}

try {
  const response = await fetch("/openapi.json");
  show(await response.json());
} catch {
  page.replaceChildren(element("p", "status", "The document could not be loaded."));
} finally {
  page.setAttribute("aria-busy", "false");
}
