/** Scripts that a component takes from another, by the address at which the page serves them. */

declare module "*/bnviz.player/mount.js" {
  export * from "player/mount.js";
}
declare module "*/bnviz.player/plotly.js" {
  export * from "player/plotly.js";
}
declare module "*/bnviz.player/scales.js" {
  export * from "player/scales.js";
}
declare module "*/bnviz.player/space.js" {
  export * from "player/space.js";
}
declare module "*/bnviz.player/theme.js" {
  export * from "player/theme.js";
}
declare module "*/bnviz.player/veil.js" {
  export * from "player/veil.js";
}
