// What eslint recommends. Names that are not there and names that nothing uses are found by the type checker.

import parser from "@babel/eslint-parser";
import js from "@eslint/js";

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: { "no-undef": "off", "no-unused-vars": "off" },
  },
  {
    files: ["**/*.ts"],
    // TypeScript's own parser for eslint does not work with the version of TypeScript that checks the types.
    languageOptions: {
      parser,
      parserOptions: { requireConfigFile: false, babelOptions: { parserOpts: { plugins: ["typescript"] } } },
    },
  },
];
