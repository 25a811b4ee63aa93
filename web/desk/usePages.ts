// A list read page by page with the hub's cursor.
import { ref, shallowRef, watch, type Ref, type WatchSource } from 'vue';
import { useI18n } from 'vue-i18n';
import type { Page } from '@shared/types';

export interface PagedList<Item> {
  items: Ref<Item[]>;
  more: Ref<boolean>;
  loading: Ref<boolean>;
  failure: Ref<unknown>;
  next: () => Promise<void>;
  again: () => Promise<void>;
}

export function usePages<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>, inputs: WatchSource[] = []): PagedList<Item> {
  const { locale } = useI18n();
  const items = shallowRef<Item[]>([]) as Ref<Item[]>;
  const more = ref(false);
  const loading = ref(true);
  const failure = shallowRef<unknown>(null);
  let cursor: string | undefined;
  let turn = 0;

  async function readPage(fresh: boolean): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    try {
      const page = await read(fresh ? undefined : cursor);
      if (mine !== turn) return;
      items.value = fresh ? page.items : [...items.value, ...page.items];
      cursor = page.next_cursor ?? undefined;
      more.value = cursor !== undefined && cursor !== '';
      failure.value = null;
    } catch (cause) {
      if (mine === turn) failure.value = cause;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  const again = (): Promise<void> => readPage(true);
  watch([...inputs, locale], () => void again(), { immediate: true });
  return { items, more, loading, failure, next: () => readPage(false), again };
}
