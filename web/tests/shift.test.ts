// Goal: what is on a phone goes to the hub under the account that did it and under no other, a session that was left stays left, and the phone says
// what it could not keep.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CaseDetail } from '../shared/cases';
import type { NewAction } from '../shared/offline/queue';
import { addresses, someone as me, soon, surroundings, type Answer, type Surroundings } from './page';

const action = (change: Partial<NewAction> = {}): NewAction => ({
  about: '7', made_at: '2020-02-14T01:00:00.000Z', kind: 'act', title: 'done', subject: '', process: 'p', process_version: 1, step: 'handle', base_version: 3, before: {}, fields: {}, words: '', photos: [], point: null,
  region: null, behalf: null, assignee: null, direct: false, not_before: null, ...change,
});
const own = me('account:3', '1');
const other = me('account:9', '2');
const ended = [204, null] as Answer;

vi.setConfig({ testTimeout: 30_000 });
let around: Surroundings;
let answers: Surroundings['answers'];

// The page as after a reload: nothing is in memory, the browser's storage stays.
async function page() {
  vi.resetModules();
  return { shift: await import('../pocket/shift'), api: await import('../shared/api'), tasks: await import('../pocket/tasks'), session: await import('../shared/session'), i18n: await import('../shared/i18n') };
}
const syncs = (): Answer => [200, { items: [{ sequence: addresses(around).filter((one) => one.includes('case-sync')).length, outcome: 'done', case: '7', version: 9, conflict: null, code: '', sentence: '' }] }];

beforeEach(() => {
  around = surroundings();
  answers = around.answers;
});

describe('a session that was left', () => {
  it('is nobody’s, though the hub did not hear of it', async () => {
    const first = await page();
    answers['GET /me'] = [200, own];
    await first.api.readMe();
    answers['POST /me/sign-out'] = null;
    await first.api.signOut();
    const { api, shift } = await page();
    around.asked.length = 0;
    answers['POST /me/sign-out'] = ended;
    await expect(api.readMe()).rejects.toMatchObject({ status: 401 });
    expect(addresses(around)).toEqual(['GET /me', 'POST /me/sign-out']);
    answers['GET /me'] = [401, {}];
    expect(await shift.whoIsHere()).toBeNull();
    answers['GET /me'] = [200, me('account:3', '5')];
    expect((await api.readMe()).session).toBe('5');
  });
  it('stays left until the hub has heard of it', async () => {
    const { api } = await page();
    answers['GET /me'] = [200, own];
    await api.readMe();
    await api.signOut();
    for (let turn = 0; turn < 2; ++turn) await expect(api.readMe()).rejects.toMatchObject({ status: 401 });
  });
});

describe('work that waits', () => {
  it('is not sent under another account that signed in elsewhere in the browser', async () => {
    const { shift } = await page();
    answers['GET /me'] = [200, own];
    answers['POST /case-sync'] = null;
    await shift.whoIsHere();
    await shift.queueAction(action());
    await shift.bringToHub();
    answers['GET /me'] = [200, other];
    answers['POST /case-sync'] = syncs;
    around.asked.length = 0;
    expect((await shift.bringToHub())!.ending).toBe('signed_out');
    expect([addresses(around), shift.session_over.value, shift.waiting.value.length]).toEqual([['GET /me'], true, 1]);
    answers['GET /me'] = [200, own];
    expect((await shift.bringToHub())!.done).toBe(1);
  });
  it('is lost by another’s sign-in only where they say so', async () => {
    const first = await page();
    answers['GET /me'] = [200, own];
    await first.shift.whoIsHere();
    await first.shift.queueAction(action());
    await first.shift.bringToHub();
    answers['POST /me/sign-out'] = ended;
    answers['GET /me'] = [200, other];

    const { shift, session } = await page();
    const counts: number[] = [];
    let may = false;
    shift.whenOthersWait(async (count) => { counts.push(count); return may; });
    around.asked.length = 0;
    expect([await shift.afterSignIn(other), await shift.whoIsHere(), session.useMe().value]).toEqual([false, null, null]);
    expect(addresses(around).filter((one) => one === 'POST /me/sign-out')).toHaveLength(2);
    expect(await (await shift.theQueue())!.all()).toHaveLength(1);
    may = true;
    expect(await shift.afterSignIn(other)).toBe(true);
    expect(counts).toEqual([1, 1, 1]);
    expect(await (await shift.theQueue())!.all()).toEqual([]);
  });
  it('counts as sent for whoever asked while another run was under way', async () => {
    const { shift } = await page();
    answers['GET /me'] = [200, own];
    await shift.whoIsHere();
    await shift.bringToHub();
    let go!: () => void;
    const gate = new Promise<void>((resolve) => { go = resolve; });
    answers['POST /case-sync'] = async () => { await gate; return syncs(); };
    await shift.queueAction(action());
    await soon(() => expect(addresses(around)).toContain('POST /case-sync'));
    await shift.queueAction(action({ about: '8' }));
    const second = shift.bringToHub();
    go();
    await second;
    expect(shift.actions.value).toEqual([]);
  });
  it('is said not to be kept where the phone cannot keep it', async () => {
    const { shift, i18n } = await page();
    const { sentenceOf } = await import('../shared/problem');
    for (const language of ['zh', 'en'] as const) {
      i18n.i18n.global.locale.value = language;
      const cause = await shift.queueAction(action()).catch((thrown: unknown) => thrown);
      expect(cause).toMatchObject({ name: 'Problem', status: 507 });
      expect(sentenceOf(cause, (key) => key)).toBe(i18n.i18n.global.t('pocket.notKept'));
    }
    const { keepPhotos } = await import('../pocket/entry');
    await expect(keepPhotos([new Blob(['x'])])).rejects.toMatchObject({ status: 507 });
  });
});

describe('the phone', () => {
  it('finds the hub again with nothing to send', async () => {
    const { shift } = await page();
    answers['GET /me'] = [200, own];
    await shift.whoIsHere();
    await shift.bringToHub();
    around.heard.offline();
    around.heard.visibilitychange();
    await soon(() => expect(addresses(around)).toContain('GET /system'));
    expect(shift.reachable.value).toBe(false);
    answers['GET /system'] = [200, {}];
    around.heard.visibilitychange();
    await soon(() => expect(shift.reachable.value).toBe(true));
  });
  it('gives everything back where its session was ended by somebody', async () => {
    const { shift } = await page();
    answers['GET /me'] = [200, own];
    await shift.whoIsHere();
    await shift.queueAction(action());
    await shift.bringToHub();
    answers['GET /me'] = [401, { errors: [{ field: '/session', code: 'identity.session_ended', detail: '' }] }];
    expect((await shift.bringToHub())!.ending).toBe('wiped');
    expect([await (await shift.theVault())!.shift(), shift.wiped.value, shift.actions.value]).toEqual([null, true, []]);
  });
  it('keeps the browser’s offer to install it, whichever page is open when it comes', async () => {
    vi.resetModules();
    const { install, listenForInstall } = await import('../pocket/install');
    listenForInstall();
    let prevented = false;
    (around.heard.beforeinstallprompt as (event: unknown) => void)({ preventDefault: () => { prevented = true; }, prompt: async () => undefined });
    expect([prevented, install.value !== null]).toEqual([true, true]);
    around.heard.appinstalled();
    expect(install.value).toBeNull();
  });
  it('takes the other cases along where one is gone, and drops what is not one’s own any more', async () => {
    const { shift, tasks } = await page();
    answers['GET /me'] = [200, own];
    await shift.whoIsHere();
    const detail = (id: string, reporter = 'account:5') => ({ case: { id, process: 'p' }, reporter: { account: reporter }, form: [] }) as unknown as CaseDetail;
    const vault = (await shift.theVault())!;
    for (const one of [detail('1'), detail('2'), detail('8'), detail('9', 'account:3')]) await vault.put('case', one.case.id, one);
    for (const id of ['1', '3']) answers[`GET /cases/${id}`] = [200, detail(id)];
    answers['GET /cases/2'] = [404, {}];
    answers['GET /processes/gone'] = [404, {}];
    answers['GET /processes/p'] = [200, { process: { id: 'p' } }];
    const row = (id: string) => ({ id, process: 'p' }) as never;
    await tasks.takeAlong({ mine: [row('1'), row('2'), row('3')], role: [] }, ['gone']);
    expect(await vault.ids('case')).toEqual(['1', '3', '9']);
    expect(await vault.ids('process')).toEqual(['p']);
    expect(tasks.taken.value?.cases).toBe(2);
  });
});
