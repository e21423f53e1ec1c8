// The entry has a query, see `workerUrlFor`. It holds nothing else, because whatever another chunk imports from it would run twice.
await import("./serve-model.ts");
