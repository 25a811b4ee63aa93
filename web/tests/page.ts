// Pages without a browser: what their scripts do stands in the state that is given back, what they show is left to the browser tests. A hub that
// answers by address, and the storage of one browser, stand around them.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { createRenderer, createSSRApp, h, ref, shallowReactive, ssrContextKey, type Component, type ComponentInternalInstance } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { routerKey, routeLocationKey } from 'vue-router';
import { vi } from 'vitest';
import type { Me } from '../shared/session';

export type Answer = [status: number, body: unknown];
export type Asked = { address: string; key: string | null; body: unknown };

export interface Surroundings {
  answers: Record<string, Answer | null | ((asked: Asked) => Answer | Promise<Answer>)>;  // by "METHOD /path"; without one there is no network
  asked: Asked[];
  heard: Record<string, () => void>;  // what the page listens to, by event
}

// What comes to be, on a busy machine too.
export const soon = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 10_000, interval: 10 });

export const addresses = (around: Surroundings): string[] => around.asked.map((one) => one.address);

export function surroundings(): Surroundings {
  vi.unstubAllGlobals();
  const around: Surroundings = { answers: {}, asked: [], heard: {} };
  const store = new Map<string, string>();
  const hear = (name: string, listener: () => void): void => { around.heard[name] = listener; };
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('localStorage', { getItem: (key: string) => store.get(key) ?? null, setItem: (key: string, value: string) => store.set(key, value), removeItem: (key: string) => store.delete(key) });
  vi.stubGlobal('addEventListener', hear);
  vi.stubGlobal('document', { documentElement: {}, visibilityState: 'visible', addEventListener: hear, querySelector: () => null });
  vi.stubGlobal('location', { pathname: '/pocket/', assign: () => undefined, reload: () => undefined });
  vi.stubGlobal('setInterval', () => 0);
  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : init.body;
    const one: Asked = { address: `${init.method ?? 'GET'} ${path.replace('/api/v1', '')}`, key: new Headers(init.headers).get('Idempotency-Key'), body };
    around.asked.push(one);
    const given = around.answers[one.address];
    const answer = typeof given === 'function' ? await given(one) : given;
    if (answer === null || answer === undefined) throw new TypeError('no network');
    return new Response(answer[1] === null ? null : JSON.stringify(answer[1]), { status: answer[0] });
  });
  return around;
}

export const someone = (actor: string, session: string, change: Partial<Me> = {}): Me => ({
  account: '3', actor, name: 'Lin', kind: 'staff', department: null, session, ends_at: null, must_change: false, second_factor: 'none', grants: [], permissions: ['case.act'], ...change,
});

const others = ['button', 'date-picker', 'form', 'form-item', 'input', 'input-number', 'option', 'radio', 'radio-group', 'select'].map((name) => `el-${name}`).concat('van-button', 'van-popup');

// What a page shows when it is first drawn, with the components of others as elements of their names.
export async function drawn(page: Component, props: Record<string, unknown> = {}): Promise<string> {
  const { i18n } = await import('../shared/i18n');
  const app = createSSRApp({ render: () => h(page, props) }).use(i18n);
  for (const name of others) app.component(name, (_, { attrs, slots }) => h(name, attrs, Object.values(slots).flatMap((slot) => slot?.() ?? [])));
  return renderToString(app);
}

interface Spot { parent: Spot | null }
const spot = (): Spot => ({ parent: null });
const { createApp } = createRenderer<Spot, Spot>({
  createElement: spot, createText: spot, createComment: spot, patchProp: () => undefined, setText: () => undefined, setElementText: () => undefined, remove: () => undefined, nextSibling: () => null,
  parentNode: (one) => one.parent, insert: (one, parent) => { one.parent = parent; },
});

export interface Running {
  // Everything the page's script has at its top, by name.
  state: Record<string, any>;
  props: Record<string, unknown>;
  went: string[];  // where the page led
  end: () => void;
}

export async function run(page: Component, props: Record<string, unknown> = {}): Promise<Running> {
  const { i18n } = await import('../shared/i18n');
  const given = shallowReactive({ ...props });
  const inner = ref<{ $: ComponentInternalInstance } | null>(null);
  const went: string[] = [];
  const silent = { ...(page as object), render: () => null } as Component;
  const go = async (path: string): Promise<void> => { went.push(path); };
  const app = createApp({ render: () => h(silent, { ...given, ref: inner }) });
  app.use(i18n);
  app.provide(ssrContextKey, { modules: new Set() });  // what compiling for this runner makes pages ask for
  app.provide(routerKey, { replace: go, push: go } as never);
  app.provide(routeLocationKey, { query: {}, fullPath: '/' } as never);
  app.mount(spot());
  const instance = inner.value!.$;
  return { state: (instance as unknown as { setupState: Record<string, any> }).setupState, props: given, went, end: () => app.unmount() };
}
