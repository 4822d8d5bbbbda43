// Portkey changes the header fields of the responses of `fetch`, which Node.js lets nobody do: it gets copies, whose it may change.
const { fetch } = globalThis;

globalThis.fetch = async (...request) => {
  const response = await fetch(...request);
  return new Response(response.body, response);
};
