// What is read from the hub and kept for the shift: the network's answer where there is one, else what stands in the vault.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type WatchSource } from 'vue';
import { useI18n } from 'vue-i18n';
import { Problem } from '@shared/api';
import type { RegionSummary } from '@shared/types';
import { onSent, reachable, theVault } from './shift';

export interface Kept<Value> {
  value: Ref<Value | null>;
  failure: Ref<unknown>;
  loading: Ref<boolean>;
  from_vault: Ref<boolean>;  // what is shown may be older than what the hub has
  again: () => Promise<void>;
}

const passes = (cause: unknown): boolean => cause instanceof Problem && (cause.unreachable || cause.status >= 500 || cause.status === 401 || cause.status === 429);

export async function readKept<Value>(kind: string, id: string, read: () => Promise<Value>): Promise<{ value: Value; from_vault: boolean }> {
  const vault = await theVault();
  try {
    const value = await read();
    reachable.value = true;
    await vault?.put(kind, id, value).catch(() => undefined);  // no shift stands: nothing is kept
    return { value, from_vault: false };
  } catch (cause) {
    if (cause instanceof Problem && cause.unreachable) reachable.value = false;
    if (!passes(cause)) throw cause;
    const kept = (await vault?.get<Value>(kind, id)) ?? null;
    if (kept === null) throw cause;
    return { value: kept, from_vault: true };
  }
}

// For a page: read now, when its inputs or the language change, and after what was queued has reached the hub.
export function useKept<Value>(kind: string, id: () => string, read: () => Promise<Value>, inputs: WatchSource[] = []): Kept<Value> {
  const { locale } = useI18n();
  const value = shallowRef<Value | null>(null) as Ref<Value | null>;
  const failure = shallowRef<unknown>(null);
  const loading = ref(true);
  const from_vault = ref(false);
  let turn = 0;

  async function again(): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    try {
      const got = await readKept(kind, id(), read);
      if (mine !== turn) return;
      value.value = got.value;
      from_vault.value = got.from_vault;
      failure.value = null;
    } catch (cause) {
      if (mine === turn) failure.value = cause;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }
  watch([id, ...inputs, locale], () => void again(), { immediate: true });
  onScopeDispose(onSent(() => void again()));
  return { value, failure, loading, from_vault, again };
}

type KnownRegion = Pick<RegionSummary, 'code' | 'name' | 'path_text'>;

export async function keptRegions(): Promise<KnownRegion[]> {
  return (await (await theVault())?.all<KnownRegion>('region')) ?? [];
}

export async function keepRegions(regions: readonly KnownRegion[]): Promise<void> {
  const vault = await theVault();
  for (const { code, name, path_text } of regions) await vault?.put('region', code, { code, name, path_text }).catch(() => undefined);
}
