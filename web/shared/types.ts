// The hub's shapes under the names the pages use. They come from its OpenAPI description (npm run api); only what that leaves open,
// JSON values and event streams, is said here.
import type { components } from './api.d';

type Schemas = components['schemas'];

export type Activity = Schemas['Activity'];
export type Batch = Schemas['Batch'];
export type Demand = Schemas['Demand'];
export type DemandDetail = Schemas['DemandDetail'];
export type NewDemand = Schemas['NewDemand'];
export type OverlapList = Schemas['OverlapList'];
export type Responsibility = Schemas['Responsibility'];
export type ResponsibilityList = Schemas['ResponsibilityList'];
export type Card = Schemas['Card'];
export type DayValue = Schemas['DayValue'];
export type Metric = Schemas['MetricDefinition'];
export type ProblemBody = Partial<Schemas['Problem']>;
export type ReasonCount = Schemas['ReasonCount'];
export type RefusedRow = Schemas['RefusedRow'];
export type Region = Schemas['Region'];
export type RegionLabel = Schemas['RegionRegionLabel'];
export type RegionSummary = Schemas['RegionSummary'];
export type Resource = Schemas['Resource'];
export type ResourceField = Schemas['Field'];
export type ResourceSummary = Schemas['ResourceSummary'];
export type Series = Schemas['Series'];
export type SourceQuality = Schemas['SourceQuality'];
export type NewSource = Schemas['NewSource'];
export type Source = Omit<Schemas['Source'], 'settings'> & { settings: Record<string, string> };
export type SourceAnswer = Schemas['SourceAnswer'];
export type SourcePurpose = Schemas['SourcePurpose'];
export type SourceQuestion = Schemas['SourceQuestion'];
export type SourceQuestions = Schemas['SourceQuestions'];
export type SourceRun = Schemas['SourceRun'];
export type Withdrawal = Schemas['Withdrawal'];
export type WithdrawnRecord = Omit<Schemas['WithdrawnRecord'], 'before' | 'after'> & { before: DataRecord; after: DataRecord | null };
export type SystemInfo = Schemas['System'];
export type RecordCreated = Schemas['RecordCreated'];

export type DataRecord = Omit<Schemas['Record'], 'fields' | 'cleaning'> & { fields: Record<string, unknown>; cleaning: Record<string, string[]> };

// Figures by metric; a metric without a figure for the place is absent or null.
export type MetricValues = Record<string, number | null>;
export type ChildFigures = Omit<Schemas['Child'], 'values'> & { values: MetricValues };
export type Cockpit = Omit<Schemas['Cockpit'], 'children'> & { children: ChildFigures[] };

export interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}

// An event of the cockpit's stream: what moved since the last one, each part only when it did.
export interface CockpitChange {
  as_of: string;
  position: string;
  cards?: Card[];
  children?: Record<string, MetricValues>;
  quality?: SourceQuality[];
  activity?: Activity;
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
