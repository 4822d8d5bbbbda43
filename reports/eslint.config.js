// What eslint recommends. Names that are not there and names that nothing uses are found by the type checker, which knows that
// the page's scripts share one scope.

import js from "@eslint/js";

export default [
  { ignores: ["details/"] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: { "no-undef": "off", "no-unused-vars": "off" },
  },
  { files: ["scripts/*.js"], languageOptions: { sourceType: "script" } },
];
