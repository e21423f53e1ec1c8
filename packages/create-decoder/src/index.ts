export { createPackage, FolderNotEmptyError, type NewPackage } from "./create-package.ts";
export { type Kind, KINDS } from "./kinds.ts";
