// Plotly with what the player draws: scatter traces and heat maps. Its own entry, src/core.js, joins
// more: sliders, menus, images, error bars and so on.

import "plotly.js/build/plotcss.js";
import annotations from "plotly.js/src/components/annotations/index.js";
import colorbar from "plotly.js/src/components/colorbar/index.js";
import colorscale from "plotly.js/src/components/colorscale/index.js";
import fx from "plotly.js/src/components/fx/index.js";
import legend from "plotly.js/src/components/legend/index.js";
import modebar from "plotly.js/src/components/modebar/index.js";
import selections from "plotly.js/src/components/selections/index.js";
import shapes from "plotly.js/src/components/shapes/index.js";
import locale from "plotly.js/src/locale-en.js";
import localeOfStates from "plotly.js/src/locale-en-us.js";
import api from "plotly.js/src/plot_api/index.js";
import { register } from "plotly.js/src/registry.js";
import heatmap from "plotly.js/src/traces/heatmap/index.js";
import scatter from "plotly.js/src/traces/scatter/index.js";

// Its own parts find these by name, too.
register(Object.entries(api).map(([name, fn]) => ({ moduleType: "apiMethod", name, fn })));
// A legend asks for shapes, a label at the mouse for legends.
register([scatter, annotations, selections, shapes, colorscale, colorbar, legend, fx, modebar]);
register([heatmap, locale, localeOfStates]);

export const { react, purge, toImage } = api;
