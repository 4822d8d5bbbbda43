// Portkey listens on every interface of the machine, without a setting for it; here nobody else may ask it.
import { Server } from "node:net";

const { listen } = Server.prototype;

Server.prototype.listen = function (port, _host, ...rest) {
  return listen.call(this, port, "127.0.0.1", ...rest);
};

// Portkey changes the header fields of the responses of `fetch`, which Node.js lets nobody do: it gets copies, whose it may change.
const { fetch } = globalThis;

globalThis.fetch = async (...request) => {
  const response = await fetch(...request);
  return new Response(response.body, response);
};
