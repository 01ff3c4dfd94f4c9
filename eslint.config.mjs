import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const statementApply = {
  selector: "ExpressionStatement > CallExpression[callee.property.name='apply']",
  message: "An apply whose result nobody uses asserts nothing: await promiseOf(output) instead.",
};

export default defineConfig(
  globalIgnores(["dist/", "coverage/", ".patchbay/", "**/node_modules/", "**/*.{mjs,cjs}"]),
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", { max: 60, skipComments: true, skipBlankLines: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // The Kubernetes client declares plain data as classes.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "no-restricted-syntax": ["error", statementApply],
      // A suite is one function to eslint, however many tests it holds.
      "max-lines-per-function": "off",
    },
  },
);
