/** Between two hops, and theirs. */
const HOP_BY_HOP: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...["connection", "content-length", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"],
]);

/** The head of a response, with a body in chunks or with none, and maybe the last of its connection. RFC 9112, 4 and 6. */
export function responseHead(response: Response, isLast: boolean): string {
  const { status, statusText, headers, body } = response;
  let head = `HTTP/1.1 ${status} ${statusText || REASONS[status] || "-"}\r\n`;
  for (const [name, value] of headers) {
    if (!HOP_BY_HOP.has(name)) head += `${name}: ${value}\r\n`;
  }
  if (isLast) head += "connection: close\r\n";
  if (!headers.has("date")) head += `date: ${new Date().toUTCString()}\r\n`;
  if (body !== null) head += "transfer-encoding: chunked\r\n";
  else if (status >= 200 && status !== 204 && status !== 304) head += "content-length: 0\r\n";
  return `${head}\r\n`;
}

/** Those that a handler of event streams answers with. */
const REASONS: { readonly [status: number]: string } = {
  200: "OK",
  204: "No Content",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  406: "Not Acceptable",
  421: "Misdirected Request",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};
