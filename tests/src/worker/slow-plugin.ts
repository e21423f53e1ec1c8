import greedy from "@decodekit/greedy/plugin";

// A module that loads slowly, as one from a distant server does.
await new Promise((resolve) => setTimeout(resolve, 500));

export default greedy;
