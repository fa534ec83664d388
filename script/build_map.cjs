// Makes slp/public/data/world.json, the shapes of the map on the home page. Run it after a change of
// slp/places/data/countries.csv:
//   npm install --prefix /tmp/map world-atlas@2 d3-geo@3 topojson-client@3 topojson-simplify@3 i18n-iso-countries@7
//   NODE_PATH=/tmp/map/node_modules node script/build_map.cjs
// Shapes: Natural Earth (public domain), 1:50m, simplified; the countries of the programme one by one, the rest of the
// land as one shape. Countries too small to see also get a dot. Antarctica is left out.
const fs = require("fs");
const path = require("path");
const topo = require("topojson-client");
const simple = require("topojson-simplify");
const iso = require("i18n-iso-countries");

const ROOT = path.join(__dirname, "..");
const WIDTH = 960;
const TINY = 26; // square units below which a dot is added
const INVISIBLE = 4; // ... and below which the shape is left out

async function main() {
  const { geoEqualEarth, geoPath } = await import(require.resolve("d3-geo").replace("dist/d3-geo.js", "src/index.js"));
  const full = JSON.parse(fs.readFileSync(require.resolve("world-atlas/countries-50m.json")));
  const simplified = simple.simplify(simple.presimplify(full), 0.12);
  const coarse = simple.filter(simplified, simple.filterWeight(simplified, 0.02));
  const rows = fs.readFileSync(path.join(ROOT, "slp/places/data/countries.csv"), "utf8").trim().split("\n").slice(1);
  const wanted = [...rows.map((row) => row.slice(0, 2)), "US"];
  // Kosovo has no ISO number in the shapes.
  const code = (g) => (g.properties.name === "Kosovo" ? "XK" : g.id && iso.numericToAlpha2(g.id));
  const isLand = (g) => g.properties.name !== "Antarctica";
  const world = topo.feature(coarse, { type: "GeometryCollection", geometries: coarse.objects.countries.geometries.filter(isLand) });
  const projection = geoEqualEarth().rotate([-11, 0]).fitWidth(WIDTH, world);
  const draw = geoPath(projection).digits(1);
  const shapes = (topology, keep) => topology.objects.countries.geometries.filter(keep);
  const out = { width: WIDTH, height: Math.ceil(draw.bounds(world)[1][1]), countries: {} };
  out.land = draw(topo.merge(coarse, shapes(coarse, (g) => isLand(g) && !wanted.includes(code(g)))));
  for (const country of wanted) {
    const mine = (g) => code(g) === country;
    const shape = topo.merge(coarse, shapes(coarse, mine));
    const exact = topo.feature(full, { type: "GeometryCollection", geometries: shapes(full, mine) });
    const d = shape.coordinates.length ? draw(shape) : null;
    const row = {};
    if (d && draw.area(exact) >= INVISIBLE) row.d = d;
    if (!row.d || draw.area(exact) < TINY) {
      const [x, y] = draw.centroid(exact);
      Object.assign(row, { x: Number(x.toFixed(1)), y: Number(y.toFixed(1)) });
    }
    out.countries[country] = row;
  }
  fs.writeFileSync(path.join(ROOT, "slp/public/data/world.json"), `${JSON.stringify(out)}\n`);
}

main();
