// Goal: a worker's phone shows where a case stands with what waits counted in, and says to the hub exactly what was done.
import { describe, expect, it, vi } from 'vitest';
import type { CaseDetail, Process } from '../shared/cases';
import type { Action } from '../shared/offline/queue';
import { keepMe, type Me } from '../shared/session';
import { hubTransport, outcomeOf, wireOf } from '../pocket/transport';
import { tabsFor } from '../pocket/navigation';
import { isSecondTouch, overlay, touch_ms } from '../pocket/tasks';

const transition = (id: string, from: string[], to: string, by: string[], offline = true) => ({ id, title: id, from, to, by, inputs: [], photos: 0, bulk: false, offline });
const state = (id: string, final = false, parent = '') => ({ id, title: `state ${id}`, stage: 'handle', waits_for: '', final, parent });
const process = {
  states: [state('handling'), state('checking', false, 'afterwards'), state('afterwards'), state('closed', true), state('outer'), state('inner', false, 'outer')],
  transitions: [transition('handle', ['handling'], 'checking', ['assignee']), transition('note', ['afterwards'], 'checking', ['grid-worker']), transition('verify', ['checking'], 'closed', ['street-staff']), transition('enter', ['handling'], 'outer', ['assignee']), transition('go-on', ['inner'], 'checking', ['assignee']), transition('online', ['checking'], 'closed', ['grid-worker'], false)],
  definition: { states: [{ id: 'handling' }, { id: 'outer', initial: 'inner', states: [{ id: 'inner' }] }] },
} as unknown as Process;
const me = { actor: 'account:3', grants: [{ role: 'grid-worker' }] } as unknown as Me;
const detail = { case: { id: '7', assignee: { account: 'account:3', name: 'x' } }, reporter: { account: 'account:9' }, actions: [{ id: 'handle' }] } as unknown as CaseDetail;
const action = (change: Partial<Action> = {}): Action => ({
  sequence: 4, about: '7', after: null, made_at: '2020-02-14T01:00:00.000Z', kind: 'act', title: 'handle', subject: '', process: 'p', process_version: 2, step: 'handle', base_version: 3, before: {}, fields: { result: 'done' },
  words: 'well', photos: ['a', 'b'], point: null, region: null, behalf: null, assignee: null, direct: false, not_before: null, state: 'waiting', refusal: null, ...change,
});

describe('a case with what waits', () => {
  it('stands as the hub says while nothing waits', () => {
    expect(overlay(detail, [action({ about: '8' })], process, me)).toEqual({ pending: [], state_title: null, actions: detail.actions });
  });
  it('stands where the step leads, and offers what this worker may do from there without network', () => {
    const stands = overlay(detail, [action()], process, me);
    expect(stands.state_title).toBe('state checking');
    expect(stands.actions.map((one) => one.id)).toEqual(['note']);
  });
  it('enters the initial part of a state made of states', () => {
    const stands = overlay(detail, [action({ step: 'enter' })], process, me);
    expect(stands.state_title).toBe('state inner');
    expect(stands.actions.map((one) => one.id)).toEqual(['go-on']);
  });
  it('offers nothing after a step that closes it', () => expect(overlay(detail, [action({ step: 'verify' })], process, me).actions).toEqual([]));
  it('offers nothing where the process is not known', () => expect(overlay(detail, [action()], null, me).actions).toEqual([]));
  it('is not moved by a comment', () => expect(overlay(detail, [action({ kind: 'comment', step: null })], process, me).actions).toEqual(detail.actions));
});

describe('the tabs', () => {
  const names = (permissions: string[], ...roles: string[]) => tabsFor({ permissions, grants: roles.map((role) => ({ role })) } as unknown as Me).map((one) => one.name);
  it('begin with the day of who works cases, the tasks of a volunteer, and the services of everybody else', () => {
    expect([names(['case.act'], 'grid-worker')[0], names(['case.act'], 'grid-worker', 'volunteer')[0], names([], 'volunteer')[0], names([])[0]]).toEqual(['today', 'today', 'tasks', 'home']);
    expect(names([], 'volunteer')).toEqual(['tasks', 'home', 'mine', 'notices', 'me']);
  });
});

describe('a touch', () => {
  it('is not taken for two, whatever has moved under the finger meanwhile', () => {
    expect([isSecondTouch(-Infinity, 0), isSecondTouch(1000, 1150), isSecondTouch(1000, 1000 + touch_ms)]).toEqual([false, true, false]);
  });
});

describe('what the hub is told', () => {
  it('is the step, the version seen and the pictures as the hub knows them', () => {
    expect(wireOf(action(), new Map([['a', '11'], ['b', '12']]))).toEqual({
      sequence: 4, kind: 'act', done_at: '2020-02-14T01:00:00.000Z', case: '7', process_version: 2, version: 3, action: 'handle', form: { result: 'done' }, words: 'well', photos: ['11', '12'],
    });
  });
  it('is a report with its place', () => {
    const made = wireOf(action({ kind: 'open', about: 'new-4', step: null, base_version: null, words: '', photos: [], point: [121, 28], region: '9901', behalf: null }), new Map());
    expect(made).toEqual({ sequence: 4, kind: 'open', done_at: '2020-02-14T01:00:00.000Z', process: 'p', process_version: 2, form: { result: 'done' }, longitude: 121, latitude: 28, region: '9901' });
  });
  it('lets one action that the hub cannot read stand in nobody’s way', async () => {
    keepMe({ permissions: ['case.act'], grants: [] } as unknown as Me);
    const asked: number[][] = [];
    vi.stubGlobal('fetch', async (_path: string, init: RequestInit) => {
      const { actions } = JSON.parse(String(init.body)) as { actions: { sequence: number }[] };
      asked.push(actions.map((one) => one.sequence));
      if (actions.some((one) => one.sequence === 2)) return new Response(JSON.stringify({ status: 400, code: 'invalid', detail: 'no such step' }), { status: 400 });
      return new Response(JSON.stringify({ items: actions.map((one) => ({ sequence: one.sequence, outcome: 'done', case: '7', version: 9, conflict: null, code: '', sentence: '' })) }));
    });
    const answer = await hubTransport.send('device', [1, 2, 3].map((sequence) => action({ sequence })), new Map());
    vi.unstubAllGlobals();
    expect(asked).toEqual([[1, 2, 3], [1], [2], [3]]);
    expect(answer.map((one) => [one.sequence, one.kind])).toEqual([[1, 'done'], [2, 'refused'], [3, 'done']]);
  });
  it('sends a report in somebody’s name by itself, under a key of its own', async () => {
    keepMe({ permissions: ['case.act'], grants: [] } as unknown as Me);
    const asked: [string, string | null, unknown][] = [];
    vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
      asked.push([path, new Headers(init.headers).get('Idempotency-Key'), JSON.parse(String(init.body))]);
      return new Response(JSON.stringify({ case: { id: '12', version: 1 } }), { status: 201 });
    });
    const answer = await hubTransport.send('device', [action({ kind: 'open', about: 'new-4', step: null, photos: [], behalf: { name: 'Wang', phone: '138' }, direct: true })], new Map());
    vi.unstubAllGlobals();
    expect(asked).toEqual([['/api/v1/processes/p/cases', 'device-4', { form: { result: 'done' }, in_name_of: 'Wang', phone: '138' }]]);
    expect(answer).toEqual([{ sequence: 4, kind: 'done', case_id: '12', version: 1 }]);
  });
  it('says of a picture the hub will not have why, and of no answer that there was none', async () => {
    vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ status: 404, code: 'not_found', detail: 'no such picture' }), { status: 404 }));
    expect(await hubTransport.upload('p1', new Uint8Array([1]))).toEqual({ kind: 'refused', refusal: { code: 'photo', sentence: 'no such picture', version: null, conflict: null } });
    vi.stubGlobal('fetch', async () => { throw new TypeError('no network'); });
    await expect(hubTransport.upload('p1', new Uint8Array([1]))).rejects.toMatchObject({ status: 0 });
    vi.unstubAllGlobals();
  });
  it('reads done and done before alike, and keeps every refusal', () => {
    const answer = { sequence: 4, case: '7', version: 5, conflict: null, code: '', sentence: '' };
    expect(outcomeOf({ ...answer, outcome: 'done' })).toEqual({ sequence: 4, kind: 'done', case_id: '7', version: 5 });
    expect(outcomeOf({ ...answer, outcome: 'done_before' })).toEqual({ sequence: 4, kind: 'done', case_id: '7', version: 5 });
    expect(outcomeOf({ ...answer, outcome: 'conflict', conflict: '31', code: 'stale', sentence: 'no' })).toEqual({ sequence: 4, kind: 'refused', refusal: { code: 'stale', sentence: 'no', version: 5, conflict: '31' } });
    expect(outcomeOf({ ...answer, outcome: 'refused', code: 'invalid', sentence: 'no' })).toMatchObject({ kind: 'refused', refusal: { code: 'invalid' } });
  });
});
