// From longitude and latitude to the pixels of one drawing: equirectangular about the middle of what is shown,
// exact enough for anything from a city down to one grid.
import type { BoundaryFeature, Position, Ring } from './types';

export interface Projection {
  width: number;
  height: number;
  point(position: Position): [number, number];
  position(point: readonly [number, number]): Position;
}

export function ringsOf(feature: BoundaryFeature): Ring[] {
  const geometry = feature.geometry;
  if (geometry === null) return [];
  return geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat();
}

// Fits all features into width × height with `margin` pixels left free and `below` more at the bottom; null when there is nothing to draw.
export function fit(features: readonly BoundaryFeature[], width: number, height: number, margin: number, below = 0): Projection | null {
  let west = Infinity, east = -Infinity, south = Infinity, north = -Infinity;
  for (const feature of features) {
    for (const ring of ringsOf(feature)) {
      for (const [lon, lat] of ring) {
        west = Math.min(west, lon);
        east = Math.max(east, lon);
        south = Math.min(south, lat);
        north = Math.max(north, lat);
      }
    }
  }
  if (!(east >= west) || !(north >= south)) return null;
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const spanX = Math.max((east - west) * shrink, 1e-9);
  const spanY = Math.max(north - south, 1e-9);
  const scale = Math.min((width - 2 * margin) / spanX, (height - below - 2 * margin) / spanY);
  const left = (width - spanX * scale) / 2;
  const top = (height - below - spanY * scale) / 2;
  return {
    width,
    height,
    point: ([lon, lat]) => [left + (lon - west) * shrink * scale, top + (north - lat) * scale],
    position: ([x, y]) => [west + (x - left) / (shrink * scale), north - (y - top) / scale],
  };
}

export function pathOf(feature: BoundaryFeature, projection: Projection): string {
  return ringsOf(feature)
    .map((ring) => `M${ring.map((position) => projection.point(position).map((v) => v.toFixed(1)).join(',')).join('L')}Z`)
    .join('');
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function boxOf(feature: BoundaryFeature, projection: Projection): Box {
  let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
  for (const ring of ringsOf(feature)) {
    for (const position of ring) {
      const [x, y] = projection.point(position);
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

// Middle of the largest ring by area (shoelace); the given center wins when the hub sends one.
export function middleOf(feature: BoundaryFeature, projection: Projection): [number, number] {
  if (feature.properties.center) return projection.point(feature.properties.center);
  const box = boxOf(feature, projection);
  return [box.x + box.width / 2, box.y + box.height / 2];
}

// The stretch of the horizontal line through `middle` that lies inside the feature around it; null when outside.
export function chordAt(feature: BoundaryFeature, projection: Projection, middle: readonly [number, number]): [number, number] | null {
  const [x, y] = middle;
  const crossings: number[] = [];
  for (const ring of ringsOf(feature)) {
    for (let index = 0; index + 1 < ring.length; ++index) {
      const [ax, ay] = projection.point(ring[index]);
      const [bx, by] = projection.point(ring[index + 1]);
      if (ay > y !== by > y) crossings.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
    }
  }
  crossings.sort((a, b) => a - b);
  for (let index = 0; index + 1 < crossings.length; index += 2) {
    if (crossings[index] <= x && x <= crossings[index + 1]) return [crossings[index], crossings[index + 1]];
  }
  return null;
}

// Text width in pixels at a font size, good enough to keep labels apart: full-width signs are one em, others 0.56.
export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const sign of text) ems += (sign.codePointAt(0) ?? 0) > 0x2e7f ? 1 : 0.56;
  return ems * size;
}

export interface Label {
  code: string;
  text: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

// Keeps the labels that do not overlap an earlier one; earlier = more important.
export function keepApart(labels: readonly Label[]): Label[] {
  const kept: Label[] = [];
  for (const label of labels) {
    const clash = kept.some((other) =>
      Math.abs(other.x - label.x) * 2 < other.width + label.width + 6 &&
      Math.abs(other.y - label.y) * 2 < other.height + label.height + 4);
    if (!clash) kept.push(label);
  }
  return kept;
}
