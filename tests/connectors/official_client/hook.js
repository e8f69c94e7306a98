"use strict";
// Preloaded before the official client, which has its host and HTTPS built in: calls for the platform go to the
// simulator (PLATFORM_URL), a call for any other host is refused.
const http = require("http");
const https = require("https");

const simulator = new URL(process.env.PLATFORM_URL);

https.request = function request(options, callback) {
  const host = options.hostname || options.host;
  if (host !== "open.douyin.com") {
    throw new Error(`no call may leave this machine: ${host}`);
  }
  const { agent, agents, ...kept } = options;
  const address = { protocol: "http:", host: simulator.hostname, hostname: simulator.hostname, port: simulator.port };
  return http.request({ ...kept, ...address }, callback);
};
