// Portkey listens on every interface of the machine, without a setting for it; here nobody else may ask it.
import { Server } from "node:net";

const { listen } = Server.prototype;

Server.prototype.listen = function (port, _host, ...rest) {
  return listen.call(this, port, "127.0.0.1", ...rest);
};
