// What the cockpit shows: one region's picture, kept current by the live stream, and the region and metric in the address.
import { computed, onScopeDispose, reactive, ref, shallowRef } from 'vue';
import { api, api_root, Problem, readMe, withQuery } from '@shared/api';
import { foldChange } from '@shared/fold';
import { leaveFor, may, mustFirst } from '@shared/session';
import { openLive, type Live, type LiveState, type ServerEvent } from '@shared/sse';
import { isRunning } from '@shared/batch';
import { readTiles, type TileGroup } from '@shared/tiles';
import type { Batch, Boundaries, Cockpit, CockpitChange, Series, SystemInfo } from '@shared/types';

export const epidemic_metrics = ['confirmed', 'cured', 'dead'] as const;
const pulse_pause_ms = 900;
const done_batch_shown_ms = 8000;
// Packages come and go seldom; their figures move with the stream.
const tiles_read_ms = 30_000;

// A metric's own name: "epidemic-daily.confirmed" → "confirmed".
export function epidemicName(metric: string): string {
  return metric.slice(metric.lastIndexOf('.') + 1);
}

export function hrefOf(region: string, metric?: string | null): string {
  return withQuery('/', { region, metric });
}

// A map is drawn when most of the children stand on it; the nation with one drawn province is better told in tiles.
export function isWhole(shapes: Boundaries, region: string, children: readonly string[]): boolean {
  const drawn = new Set(shapes.features.map((feature) => feature.properties.code));
  if (children.length === 0) return drawn.has(region);
  return children.filter((code) => drawn.has(code)).length * 2 >= children.length;
}

export function useCockpit() {
  const system = shallowRef<SystemInfo | null>(null);
  const code = ref('');
  const metric = ref<string | null>(null);
  const picture = ref<Cockpit | null>(null);
  const boundaries = shallowRef<Boundaries | null>(null);
  const epidemic = shallowRef<Series[]>([]);
  const batches = ref<Batch[]>([]);
  const tiles = shallowRef<TileGroup[]>([]);
  const pulses = reactive(new Map<string, number>());
  const state = ref<LiveState>('connecting');
  const loading = ref(true);
  const failure = shallowRef<unknown>(null);
  const hovered = ref<string | null>(null);

  let live: Live | null = null;
  let visit = new AbortController();
  const pulsedAt = new Map<string, number>();
  const timers = new Set<ReturnType<typeof setTimeout>>();

  const card = computed(() => {
    const cards = picture.value?.cards ?? [];
    return cards.find((item) => item.metric === metric.value) ?? cards.find((item) => (item.total ?? 0) > 0) ?? cards[0] ?? null;
  });

  function noteBatch(batch: Batch): void {
    const at = batches.value.findIndex((known) => known.id === batch.id);
    if (at >= 0) batches.value[at] = batch;
    else batches.value.unshift(batch);
    if (isRunning(batch)) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      batches.value = batches.value.filter((known) => known.id !== batch.id);
    }, done_batch_shown_ms);
    timers.add(timer);
  }

  function onEvent(event: ServerEvent): void {
    if (event.event === 'batch') return noteBatch(JSON.parse(event.data) as Batch);
    if (event.event !== 'cockpit' || picture.value === null) return;
    const now = performance.now();
    for (const moved of foldChange(picture.value, JSON.parse(event.data) as CockpitChange)) {
      if (now - (pulsedAt.get(moved) ?? -Infinity) < pulse_pause_ms) continue;
      pulsedAt.set(moved, now);
      pulses.set(moved, (pulses.get(moved) ?? 0) + 1);
    }
  }

  async function readBatches(): Promise<void> {
    if (!may('ingest.read')) return;
    try {
      const page = await api.batches({ limit: 50 });
      batches.value = page.items.filter(isRunning);
    } catch {
      // The list is an extra: the stream brings running batches as well.
    }
  }

  async function readServices(): Promise<void> {
    try {
      tiles.value = await readTiles();
    } catch {
      // They stay as they stood; the next round asks again.
    }
  }
  const tilesTimer = setInterval(() => { if (!document.hidden && picture.value !== null) void readServices(); }, tiles_read_ms);

  // Confirmed, cured and dead of this region; empty where the epidemic file has no such place.
  async function readEpidemic(region: string, signal: AbortSignal): Promise<void> {
    const ids = epidemic_metrics.flatMap((name) => picture.value?.cards.find((item) => epidemicName(item.metric) === name)?.metric ?? []);
    if (ids.length === 0) return;
    const read = await Promise.allSettled(ids.map((id) => api.series(id, region)));
    if (signal.aborted) return;
    epidemic.value = read.flatMap((one) => (one.status === 'fulfilled' && one.value.points.length > 0 ? [one.value] : []));
  }

  async function readPicture(region: string, signal: AbortSignal): Promise<void> {
    const read = await api.cockpit(region, signal);
    if (signal.aborted) return;
    picture.value = read;
    failure.value = null;
  }

  function listen(region: string, signal: AbortSignal): void {
    live?.close();
    live = openLive({
      url: withQuery(`${api_root}/cockpit/stream`, { region }),
      onEvent,
      onState: (next) => { if (!signal.aborted) state.value = next; },
      onReturn: () => { void readPicture(region, signal).catch(() => undefined); void readBatches(); void readServices(); },
    });
  }

  async function show(region: string): Promise<void> {
    visit.abort();
    visit = new AbortController();
    const { signal } = visit;
    code.value = region;
    loading.value = true;
    hovered.value = null;
    try {
      const shapes = api.boundaries(region, signal).catch(() => null);
      const services = readServices();
      await readPicture(region, signal);
      await services;
      const read = await shapes;
      if (signal.aborted) return;
      boundaries.value = read !== null && isWhole(read, region, picture.value?.children.map((child) => child.code) ?? []) ? read : null;
      epidemic.value = [];
      pulses.clear();
      listen(region, signal);
      void readEpidemic(region, signal);
    } catch (cause) {
      if (signal.aborted) return;
      failure.value = cause;
      // Unreachable: keep asking. A refusal (no such region) stands.
      if (cause instanceof Problem && cause.unreachable) later(() => show(region), 3000, signal);
    } finally {
      if (!signal.aborted) loading.value = false;
    }
  }

  function later(action: () => unknown, milliseconds: number, signal: AbortSignal): void {
    const timer = setTimeout(() => { timers.delete(timer); if (!signal.aborted) action(); }, milliseconds);
    timers.add(timer);
  }

  function go(region: string): void {
    if (region === code.value) return;
    history.pushState(null, '', hrefOf(region, metric.value));
    void show(region);
  }

  function choose(id: string): void {
    metric.value = id;
    history.replaceState(null, '', hrefOf(code.value, id));
  }

  function fromAddress(): void {
    const query = new URLSearchParams(location.search);
    metric.value = query.get('metric');
    const region = query.get('region') ?? system.value?.root_region.code;
    if (region) void show(region);
  }

  async function start(): Promise<void> {
    try {
      system.value = await api.system();
      // An account that is to be put in order first sees nothing before.
      if (mustFirst(await readMe()) !== null) return leaveFor('/desk/#/account');
      fromAddress();
      void readBatches();
    } catch (cause) {
      if (cause instanceof Problem && cause.status === 401) return;  // off to sign in
      failure.value = cause;
      loading.value = false;
      later(start, 3000, visit.signal);
    }
  }

  const reload = (): void => { if (code.value !== '') void show(code.value); else void start(); };

  addEventListener('popstate', fromAddress);
  onScopeDispose(() => {
    removeEventListener('popstate', fromAddress);
    visit.abort();
    live?.close();
    timers.forEach(clearTimeout);
    clearInterval(tilesTimer);
  });
  void start();

  return { system, code, card, picture, boundaries, epidemic, batches, tiles, pulses, state, loading, failure, hovered, go, choose, reload };
}
