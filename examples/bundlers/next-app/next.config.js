export default {
  // On the server, Node loads these itself: they find their files beside their modules.
  serverExternalPackages: ["@decodekit/core", "@decodekit/tiny-models"],
};
