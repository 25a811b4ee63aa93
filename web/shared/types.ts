// Shapes of the hub's HTTP API that the pages use. Ids are strings, times RFC 3339, titles in the asked language.

export interface RegionLabel {
  code: string;
  name: string;
  level: number;
  level_name?: string;
}

export interface RegionSummary extends RegionLabel {
  path_text: string;
  child_count: number;
  synthetic: boolean;
  center?: [number, number] | null;
}

export interface Region extends RegionLabel {
  id: string;
  parent?: RegionLabel | null;
  path: RegionLabel[];
  child_count: number;
  descendant_count: number;
  center?: [number, number] | null;
  pinyin: string;
  valid_from?: string | null;
  valid_to?: string | null;
  successors: string[];
  synthetic: boolean;
}

export interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}

export interface SystemInfo {
  name: string;
  version: string;
  synthetic: boolean;
  loopback_only: boolean;
  zone: string;
  root_region: { code: string; name: string };
  started_at: string;
  now: string;
}

export interface DayValue {
  day: string;
  value: number;
}

export interface Card {
  metric: string;
  title: string;
  resource: string;
  kind?: 'count' | 'last';
  total: number | null;
  // The day the latest figure belongs to, and that day's figure (count) or the figure as it stood (last).
  latest_day: string | null;
  latest: number | null;
  days: DayValue[];
}

export type MetricValues = Record<string, number | null>;

export interface ChildFigures {
  code: string;
  name: string;
  level: number;
  values: MetricValues;
}

export interface ReasonCount {
  id: string;
  title: string;
  field?: string;
  count: number;
}

export interface SourceQuality {
  resource: string;
  title: string;
  provider: string | { id: string; title: string };
  accepted: number;
  cleaned: number;
  refused: number;
  unchanged: number;
  reasons: ReasonCount[];
}

export interface Activity {
  events_per_second: number;
  lag_ms: number;
}

export interface Cockpit {
  region: RegionLabel;
  path: RegionLabel[];
  as_of: string;
  position: number | string;
  synthetic: boolean;
  cards: Card[];
  children: ChildFigures[];
  quality: SourceQuality[];
  activity: Activity;
}

export interface CockpitChange {
  as_of: string;
  position: number | string;
  // Cards as they stand now; or only the figures that moved, by metric.
  cards?: Card[];
  totals?: MetricValues;
  latest?: MetricValues;
  latest_day?: Record<string, string | null>;
  children?: Record<string, MetricValues>;
  quality?: SourceQuality[];
  activity?: Activity;
}

export type BatchState = 'queued' | 'receiving' | 'running' | 'done' | 'failed' | 'interrupted';

export interface Batch {
  id: string;
  resource: { id: string; title: string };
  filename: string;
  state: BatchState;
  encoding: string | null;
  format: string | null;
  rows_read: number;
  accepted: number;
  cleaned: number;
  unchanged: number;
  updated: number;
  refused: number;
  bytes_done: number;
  bytes_total: number;
  rows_per_second: number;
  seconds_left: number | null;
  started_at: string;
  finished_at: string | null;
  error: string | null;
  reasons: ReasonCount[];
  repeated?: boolean;
}

export interface RefusedRow {
  line: number;
  field: string | null;
  reason: string;
  sentence: string;
  original: string;
}

export interface ResourceSummary {
  id: string;
  title: string;
  description: string;
  provider: { id: string; title: string };
  sharing: string;
  update: string;
  fields_count: number;
  records: number;
  last_received_at: string | null;
  package?: string;
}

export interface ResourceField {
  name: string;
  title: string;
  type: string;
  required: boolean;
  personal: string;
  values?: { id: string; title: string }[];
  min?: number;
  max?: number;
  min_length?: number;
  max_length?: number;
  pattern?: string;
}

export interface Resource extends ResourceSummary {
  purposes: string[];
  retention: string;
  key: string[];
  fields: ResourceField[];
  metrics: { id: string; title: string; kind: string }[];
}

export interface DataRecord {
  id: string;
  version: number | string;
  region: { code: string; name: string } | null;
  known_from: string;
  valid_from: string | null;
  fields: Record<string, unknown>;
}

export interface Metric {
  id: string;
  title: string;
  resource: string;
  kind: string;
  definition: string;
  owner: string;
}

export interface Series {
  metric: string;
  title: string;
  kind: string;
  source: string | null;
  region: RegionLabel | string;
  points: DayValue[];
}

export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  errors?: { field: string; code: string; detail: string }[];
}

export type Position = [number, number];
export type Ring = Position[];

export interface BoundaryFeature {
  type: 'Feature';
  properties: { code: string; name: string; level: number; center?: Position | null };
  geometry: { type: 'Polygon'; coordinates: Ring[] } | { type: 'MultiPolygon'; coordinates: Ring[][] } | null;
}

export interface Boundaries {
  type: 'FeatureCollection';
  features: BoundaryFeature[];
}
