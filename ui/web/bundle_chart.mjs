// Leaves out of Chart.js the scales that no chart of ours has: to look at a property keeps them in the bundle, so it is looked at in a pure call.
import { readFile } from "node:fs/promises";

const LOOKED_AT = /(?<=callback: |static defaults = )(?:Ticks\.formatters\.\w+|TimeScale\.defaults)(?=[,;\s])/g;
const FOUND = 4;

export const bundleChart = {
  name: "chart",
  setup(build) {
    build.onLoad({ filter: /[\\/]chart\.js[\\/]dist[\\/]chart\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const found = source.match(LOOKED_AT)?.length;
      if (found !== FOUND) throw new Error(`Chart.js has changed: ${found} properties are looked at, not ${FOUND}.`);
      return { contents: source.replace(LOOKED_AT, (property) => `/* @__PURE__ */ (() => ${property})()`), loader: "js" };
    });
  },
};
