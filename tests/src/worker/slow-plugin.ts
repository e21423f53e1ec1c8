import greedy from "@decodekit/greedy/plugin";

// A module that takes a while to be there, as one from a far server does.
await new Promise((resolve) => setTimeout(resolve, 500));

export default greedy;
