/** Reads stack history: what each deployment declared. */
export { type Declared, declaredBy, lastDeclared } from "./declared.ts";
