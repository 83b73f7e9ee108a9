// Leaves out of Chart.js what no chart of ours has. To look at a property keeps a scale in the bundle, so that it is looked
// at in a pure call; and the arithmetic of colours, of which hovering alone is used, is replaced by ours.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

const LOOKED_AT = /(?<=callback: |static defaults = )(?:Ticks\.formatters\.\w+|TimeScale\.defaults)(?=[,;\s])/g;
const FOUND = 4;

export const bundleChart = {
  name: "chart",
  setup(build) {
    build.onResolve({ filter: /^@kurkle\/color$/ }, () => ({ path: resolve("src/shaded_colour.ts") }));
    build.onLoad({ filter: /[\\/]chart\.js[\\/]dist[\\/]chart\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const found = source.match(LOOKED_AT)?.length;
      if (found !== FOUND) throw new Error(`Chart.js has changed: ${found} properties are looked at, not ${FOUND}.`);
      return { contents: source.replace(LOOKED_AT, (property) => `/* @__PURE__ */ (() => ${property})()`), loader: "js" };
    });
  },
};
