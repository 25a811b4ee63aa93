// Goal: what a page was told is neither lost, nor done twice, nor taken for something else, whatever comes between a touch and the hub's answer.
import { nextTick } from 'vue';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addresses, drawn, run, someone, soon, surroundings, type Answer, type Running, type Surroundings } from './page';

vi.setConfig({ testTimeout: 30_000 });  // the first to need a page waits for it to be compiled
let around: Surroundings;
let pages: Running[];
const open = async (...given: Parameters<typeof run>): Promise<Running> => {
  const one = await run(...given);
  pages.push(one);
  return one;
};
const sent = (address: string) => around.asked.filter((one) => one.address === address);
function later(): { answer: () => Promise<Answer>; give: (answer: Answer) => void } {
  let give!: (answer: Answer) => void;
  const promise = new Promise<Answer>((resolve) => { give = resolve; });
  return { answer: () => promise, give };
}

beforeEach(() => {
  vi.resetModules();
  around = surroundings();
  pages = [];
});
afterEach(() => {
  for (const one of pages) one.end();
  vi.useRealTimers();
});

describe('on the phone', () => {
  const field = (name: string, type = 'text') => ({ name, title: name, type, required: false, values: [], personal: '', min: null, max: null, max_length: null });
  const process = { process: { id: 'p', title: 'P', version: 1 }, fields: [field('words'), field('place', 'region')], states: [], transitions: [], photos_least: 0, photos_most: 9, in_name_of: true, summary: ['words'], definition: null };
  const done = (): Answer => [200, { items: (around.asked.at(-1)!.body as { actions: { sequence: number }[] }).actions.map(({ sequence }) => ({ sequence, outcome: 'done', case: '7', version: 9, conflict: null, code: '', sentence: '' })) }];
  const worker = someone('account:3', '1', { grants: [{ region: '9901', role: 'grid-worker' }] as never });
  async function shift(change: Partial<typeof worker> = {}) {
    around.answers['GET /me'] = [200, { ...worker, ...change }];
    around.answers['GET /processes/p'] = [200, process];
    around.answers['GET /system'] = [200, { zone: 'Asia/Shanghai' }];
    const one = await import('../pocket/shift');
    await one.whoIsHere();
    await one.bringToHub();
    return one;
  }
  const drafts = async (one: Awaited<ReturnType<typeof shift>>) => (await one.theVault())!.ids('draft');

  it('whom a form is about is asked with a network alone, and without one only the draft holds what was filled', async () => {
    around.answers['GET /pages?on=pocket'] = [200, { items: [] }];
    const one = await shift({ permissions: ['case.act', 'subject.read'] });
    const page = await open((await import('../pocket/pages/ReportPage.vue')).default, { process: 'p' });
    await soon(() => expect([page.state.values.place, page.state.prefill]).toEqual(['9901', 'here']));
    page.state.values = { ...page.state.values, words: 'as the file says' };
    await soon(async () => expect(await drafts(one)).toEqual(['report-p']));
    one.reachable.value = false;
    expect([page.state.prefill, page.state.values.words]).toEqual(['away', 'as the file says']);
    page.end();
    const again = await open((await import('../pocket/pages/ReportPage.vue')).default, { process: 'p' });
    await soon(() => expect(again.state.values.words).toBe('as the file says'));
    const kinds = (): Promise<string[]> => new Promise((resolve) => {
      indexedDB.open('jingwei-pocket').onsuccess = (event) => {
        const keys = (event.target as IDBOpenDBRequest).result.transaction('sealed').objectStore('sealed').getAllKeys();
        keys.onsuccess = () => resolve([...new Set((keys.result as [string, string][]).map(([kind]) => kind))].sort());
      };
    });
    await soon(async () => expect(await kinds(), 'nobody’s file is kept').toEqual(['draft', 'me', 'pages', 'process']));
  });
  it('who may not read files is told nothing about them', async () => {
    const one = await shift();
    one.reachable.value = false;
    const page = await open((await import('../pocket/pages/ReportPage.vue')).default, { process: 'p' });
    expect(page.state.prefill).toBe('none');
  });
  it('nothing of a report that was sent comes back', async () => {
    const one = await shift();
    around.answers['POST /case-sync'] = done;
    const page = await open((await import('../pocket/pages/ReportPage.vue')).default, { process: 'p' });
    await soon(() => expect(page.state.values.place).toBe('9901'));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    page.state.values = { ...page.state.values, words: 'rubbish' };
    page.state.place = { lon: 121, lat: 28 };
    await vi.advanceTimersByTimeAsync(1000);
    await soon(async () => expect(await drafts(one)).toEqual(['report-p']));
    await page.state.submit();
    const put = vi.spyOn((await one.theVault())!, 'put');
    expect([page.state.done, page.state.left]).toEqual([1, null]);
    expect(sent('POST /case-sync')[0].body).toMatchObject({ actions: [{ kind: 'open', form: { words: 'rubbish', place: '9901' }, longitude: 121, latitude: 28 }] });
    // The process is read again after what was sent; the form of before is not begun anew by that.
    await soon(() => expect(sent('GET /processes/p').length).toBeGreaterThan(1));
    await page.state.again();
    await vi.advanceTimersByTimeAsync(1000);
    expect([put.mock.calls.filter(([kind]) => kind === 'draft'), await drafts(one)]).toEqual([[], []]);
    page.state.another();
    expect([page.state.values, page.state.place]).toEqual([{ place: '9901' }, null]);
  });

  it('a report is said to wait where no answer comes, and leads to the queue when it is refused later', async () => {
    await shift();
    const answer = later();
    around.answers['POST /case-sync'] = answer.answer;
    const page = await open((await import('../pocket/pages/ReportPage.vue')).default, { process: 'p' });
    await soon(() => expect(page.state.process).not.toBeNull());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const submitted = page.state.submit() as Promise<void>;
    await soon(() => expect(sent('POST /case-sync')).toHaveLength(1));
    await vi.advanceTimersByTimeAsync(8_000);
    await submitted;
    expect([page.state.done, page.state.left?.state, page.went]).toEqual([1, 'waiting', []]);
    answer.give([200, { items: [{ sequence: 1, outcome: 'conflict', case: null, version: null, conflict: '4', code: 'cases.x', sentence: 'no' }] }]);
    await soon(() => expect(page.went).toEqual(['/outbox']));
  });

  it('a list that breaks off keeps exactly the rows that are not queued, and says so', async () => {
    const one = await shift();
    around.answers['POST /processes/p/cases'] = null;
    const page = await open((await import('../pocket/pages/ListPage.vue')).default, { process: 'p' });
    await soon(() => expect(page.state.process).not.toBeNull());
    for (const name of ['Qian', 'Sun', 'Li']) {
      page.state.who = { name, phone: '' };
      await page.state.addRow();
    }
    const queue = (await one.theQueue())!;
    const add = queue.add.bind(queue);
    const spy = vi.spyOn(queue, 'add').mockImplementationOnce(add).mockRejectedValueOnce(new DOMException('full', 'QuotaExceededError'));
    await page.state.submit();
    spy.mockRestore();
    const { i18n } = await import('../shared/i18n');
    expect([page.state.refusal, page.went]).toEqual([i18n.global.t('pocket.notKept'), []]);
    expect((await queue.all()).map((each) => each.behalf?.name)).toEqual(['Qian']);
    expect((await (await one.theVault())!.get<{ name: string }[]>('draft', 'list-p'))!.map((row) => row.name)).toEqual(['Sun', 'Li']);
  });

  it('a row of a list, and a report, stands either in the queue or in what is begun, at whatever moment the page dies', async () => {
    const one = await shift();
    around.answers['POST /processes/p/cases'] = around.answers['POST /case-sync'] = null;
    const vault = (await one.theVault())!, queue = (await one.theQueue())!;
    const add = queue.add.bind(queue);
    const seen: unknown[] = [];
    let id = 'list-p';
    vi.spyOn(queue, 'add').mockImplementation(async (...given) => {
      const sequence = await add(...given);
      seen.push(await vault.get('draft', id));
      return sequence;
    });
    const list = await open((await import('../pocket/pages/ListPage.vue')).default, { process: 'p' });
    await soon(() => expect(list.state.process).not.toBeNull());
    for (const name of ['Qian', 'Sun']) {
      list.state.who = { name, phone: '' };
      await list.state.addRow();
    }
    await list.state.submit();
    expect(seen.map((rows) => (rows as { name: string }[]).map((row) => row.name))).toEqual([['Sun'], []]);
    id = 'report-p';
    const report = await open((await import('../pocket/pages/ReportPage.vue')).default, { process: 'p' });
    await soon(() => expect(report.state.process).not.toBeNull());
    report.state.values = { words: 'pothole', place: '9901' };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await vi.advanceTimersByTimeAsync(1000);
    const submitted = report.state.submit();
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    await submitted;
    expect([seen[2], (await queue.all()).length]).toEqual([{}, 3]);
  });

  it('a package’s page lists what waits and what one reported, each once, in the order it says', async () => {
    const one = (id: string, due_at: string | null, opened_at: string, process = 'p', open = true) => ({ id, process, open, due_at, opened_at });
    await shift();
    around.answers['GET /pages?on=pocket'] = [200, { items: [{ id: 'p-doors', title: 'Doors', kind: 'list', process: 'p', order: 'deadline', columns: [], filters: [] }] }];
    around.answers['GET /inbox?process=p&limit=100'] = [200, { items: [one('1', '2020-02-16T00:00:00Z', '2020-02-14T00:00:00Z'), one('2', '2020-02-15T00:00:00Z', '2020-02-13T00:00:00Z')] }];
    around.answers['GET /own-cases?limit=100'] = [200, { items: [one('2', '2020-02-15T00:00:00Z', '2020-02-13T00:00:00Z'), one('3', null, '2020-02-12T00:00:00Z'), one('4', null, '2020-02-12T00:00:00Z', 'q'), one('5', null, '2020-02-12T00:00:00Z', 'p', false)] }];
    const { keepMe } = await import('../shared/session');
    keepMe({ ...worker, permissions: ['case.act', 'case.read'] });
    const page = await open((await import('../pocket/pages/WorkPage.vue')).default, { id: 'p-doors' });
    await soon(() => expect(page.state.shown.map((each: { id: string }) => each.id)).toEqual(['2', '1', '3']));
    page.state.ended = true;
    expect(page.state.shown.map((each: { id: string }) => each.id)).toEqual(['5']);
  });

  it('what others ask one to do is taken, done and given back once by two touches, and a refusal is told', async () => {
    await shift();
    const task = { id: '5', case: '7', title: 'Bring medicine', region: { code: '9901', path: 'A / B' }, department: { id: '', title: '' }, assignee: null, role: 'volunteer', state: 'open', due_at: null, opened_at: '2020-02-14T00:00:00Z', closed_at: null, words: '' };
    around.answers['GET /own-tasks'] = [200, { mine: [], offered: [task] }];
    const page = await open((await import('../pocket/pages/TasksPage.vue')).default);
    await soon(() => expect(page.state.own?.offered).toHaveLength(1));
    around.answers['POST /case-tasks/5/steps'] = null;
    await page.state.step(task, 'take');
    expect(page.state.told).not.toBe('');
    around.answers['POST /case-tasks/5/steps'] = [200, task];
    await Promise.all([page.state.step(task, 'take'), page.state.step(task, 'take')]);
    const keys = sent('POST /case-tasks/5/steps').map((each) => each.key);
    expect([keys.length, keys[0] !== null && keys[0] === keys[1], page.state.done !== '']).toEqual([2, true, true]);
    around.answers['POST /case-tasks/5/steps'] = [409, { detail: 'Lin has taken the task already.' }];
    await page.state.step(task, 'take');
    expect(page.state.told).toBe('Lin has taken the task already.');
  });

  it('what is the same for all rows and the row begun come back with the list', async () => {
    await shift();
    const component = (await import('../pocket/pages/ListPage.vue')).default;
    const page = await open(component, { process: 'p' });
    await soon(() => expect(page.state.process).not.toBeNull());
    await soon(() => expect(page.state.common.place).toBe('9901'));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    page.state.common = { place: '9902' };
    page.state.entry = { words: 'begun' };
    page.state.who = { name: 'Zhao', phone: '138' };
    await vi.advanceTimersByTimeAsync(1000);
    vi.useRealTimers();
    const one = await import('../pocket/shift');
    await soon(async () => expect(await drafts(one)).toHaveLength(3));
    page.end();
    const again = await open(component, { process: 'p' });
    await soon(() => expect([again.state.common.place, again.state.entry, again.state.who]).toEqual(['9902', { words: 'begun' }, { name: 'Zhao', phone: '138' }]));
  });

  it('a step is taken on the case as it stood when it was begun', async () => {
    const one = await shift();
    around.answers['POST /case-sync'] = null;
    const detail = (version: number) => ({ case: { id: '7', number: 'N', summary: 's', process: 'p', process_version: 1, version, owner: { code: '9901' } }, form: [], reporter: {} });
    const page = await open((await import('../pocket/parts/StepSheet.vue')).default, { detail: detail(3), action: { id: 'take', title: 'take', inputs: [], photos: 0, assignee: false, offline: true } });
    page.props.detail = detail(4);
    await nextTick();
    await page.state.submit();
    expect((await (await one.theQueue())!.all()).map((each) => each.base_version)).toEqual([3]);
  });

  it('a touch on a card takes one step, and says so where it could not be kept', async () => {
    const one = await shift();
    around.answers['POST /case-sync'] = null;
    const take = { id: 'take', title: 'take', inputs: [], photos: 0, assignee: false, offline: true };
    for (const id of ['7', '8']) await (await one.theVault())!.put('case', id, { case: { id, number: 'N', summary: 's', process: 'p', process_version: 1, version: 3 }, actions: [take], form: [], reporter: {} });
    const page = await open((await import('../pocket/pages/TodayPage.vue')).default);
    await soon(() => expect(page.state.details.size).toBe(2));
    const row = (id: string) => ({ one: { id }, next: take });
    // By the second half of the touch the first card has gone to the end, and another stands there.
    await page.state.step(row('7'));
    await page.state.step(row('8'));
    expect((await (await one.theQueue())!.all()).map((each) => each.about)).toEqual(['7']);
    page.state.touched_at = -Infinity;
    await (await one.theVault())!.wipe();
    await page.state.step(row('8'));
    const { i18n } = await import('../shared/i18n');
    expect(page.state.refusal).toBe(i18n.global.t('pocket.notKept'));
  });

  it('a picture that comes late does not stand among those of what is shown by then', async () => {
    await shift();
    const detail = (photos: string[]) => ({ case: { id: '7', number: 'N', summary: 's', process: 'p', process_version: 1, version: 3, open: false, due_at: null }, form: [], photos: photos.map((id) => ({ id, stage: 'report' })), steps: [], tasks: [], actions: [], reporter: {}, may: [] });
    for (const component of [(await import('../pocket/pages/CasePage.vue')).default, (await import('../desk/pages/CasePage.vue')).default]) {
      const slow = later();
      around.answers['GET /case-photos/1'] = slow.answer;
      around.answers['GET /case-photos/2'] = [200, {}];
      around.answers['GET /cases/7'] = [200, detail(['1'])];
      around.asked.length = 0;
      const page = await open(component, { id: '7' });
      await soon(() => expect(sent('GET /case-photos/1')).toHaveLength(1));
      around.answers['GET /cases/7'] = [200, detail(['2'])];
      await page.state.again();
      await soon(() => expect(page.state.pictures).toHaveLength(1));
      slow.give([200, {}]);
      await new Promise((resolve) => setImmediate(resolve));
      await soon(() => expect(page.state.pictures.map((one: { id: string }) => one.id)).toEqual(['2']));
    }
  });

  it('a comment is said once, however often it is touched', async () => {
    const one = await shift();
    around.answers['POST /case-sync'] = null;
    around.answers['GET /cases/7'] = [200, { case: { id: '7', number: 'N', summary: 's', process: 'p', process_version: 1, version: 3, open: false, due_at: null }, form: [], photos: [], steps: [], tasks: [], actions: [], reporter: {} }];
    const page = await open((await import('../pocket/pages/CasePage.vue')).default, { id: '7' });
    await soon(() => expect(page.state.one).not.toBeNull());
    page.state.words = 'on my way';
    await Promise.all([page.state.say(), page.state.say()]);
    expect(await (await one.theQueue())!.all()).toHaveLength(1);
  });

  it('a region that the form let go shows no name any more', async () => {
    await shift();
    around.answers['GET /regions/9901'] = [200, { code: '9901', name: 'Yunxi' }];
    const page = await open((await import('../pocket/parts/RegionField.vue')).default, { id: 'x', modelValue: '9901' });
    await soon(() => expect(page.state.text).toBe('Yunxi'));
    page.props.modelValue = '';
    await soon(() => expect(page.state.text).toBe(''));
  });

  it('a step’s sheet is a dialogue of its own', async () => {
    await shift();
    const detail = { case: { id: '7', version: 3 }, form: [] };
    expect(await drawn((await import('../pocket/parts/StepSheet.vue')).default, { detail, action: { id: 'take', title: 'take', inputs: [], photos: 0, assignee: false } })).toMatch(/role="dialog"[^>]*aria-modal="true"/);
  });

  it('pictures the hub has no more are sent again from the queue', async () => {
    const one = await shift();
    around.answers['POST /case-sync'] = () => [200, { items: [{ sequence: 1, outcome: 'conflict', case: '7', version: 3, conflict: '4', code: 'cases.no_photo', sentence: 'no such picture' }] }];
    around.answers['POST /case-photos'] = () => [201, { id: String(sent('POST /case-photos').length) }];
    around.answers['GET /cases/7'] = [200, { case: { id: '7', version: 3 }, actions: [{ id: 'take', inputs: [] }], steps: [], form: [] }];
    around.answers['GET /case-conflicts'] = [200, { items: [] }];
    around.answers['POST /case-conflicts/4/settled'] = [204, null];
    const { keepPhotos } = await import('../pocket/entry');
    await one.queueAction({
      about: '7', made_at: '2020-02-14T01:00:00.000Z', kind: 'act', title: 'take', subject: '', process: 'p', process_version: 1, step: 'take', base_version: 3, before: {}, fields: {}, words: '', photos: await keepPhotos([new Blob(['a'])]),
      point: null, region: null, behalf: null, assignee: null, direct: false, not_before: null,
    });
    await one.bringToHub();
    const page = await open((await import('../pocket/pages/OutboxPage.vue')).default);
    await soon(() => expect(page.state.standing[1]?.detail).not.toBeUndefined());
    const [action] = one.refused.value;
    expect(page.state.remedies(action)).toEqual(['pictures', 'drop']);
    around.answers['POST /case-sync'] = done;
    const full = vi.spyOn((await one.theVault())!, 'append').mockRejectedValueOnce(new DOMException('full', 'QuotaExceededError'));
    await page.state.again(action);
    full.mockRestore();
    const { i18n } = await import('../shared/i18n');
    expect([page.state.told, one.refused.value.length]).toEqual([i18n.global.t('pocket.notKept'), 1]);
    await page.state.again(action);
    await one.bringToHub();
    expect(page.state.told).toBe('');
    expect([one.actions.value, sent('POST /case-photos').length]).toEqual([[], 2]);
    expect((sent('POST /case-sync').at(-1)!.body as { actions: { photos: string[] }[] }).actions[0].photos).toEqual(['2']);
  });

  it('an answer that was given stands there, and is not asked for again', async () => {
    await shift();
    around.answers['GET /me/notices/5'] = [200, { id: '5', kind: 'order', title: 't', body: '', sent_at: '2020-02-14T00:00:00Z', due_at: null, ended: false, read_at: '2020-02-14T01:00:00Z', answered_at: '2020-02-14T02:00:00Z', questions: [{ id: 'n', title: 'How many', type: 'number', required: true }, { id: 'ok', title: 'Open', type: 'yes_no', required: false }], answers: { n: 12, ok: 'no' } }];
    const page = await open((await import('../pocket/pages/NoticePage.vue')).default, { id: '5' });
    await soon(() => expect(page.state.notice).not.toBeNull());
    const { i18n } = await import('../shared/i18n');
    expect(page.state.said.map((one: { title: string; value: string }) => [one.title, one.value])).toEqual([['How many', '12'], ['Open', i18n.global.t('fields.no')]]);
  });
});

describe('at the desk', () => {
  it('an alert is issued once by two touches, and after no answer again under the same key', async () => {
    around.answers['GET /alerts'] = [200, { items: [] }];
    const page = await open((await import('../desk/pages/AlertsPage.vue')).default);
    const answer = later();
    around.answers['POST /alerts'] = answer.answer;
    const first = page.state.issue();
    await page.state.issue();
    answer.give([503, {}]);
    await first;
    around.answers['POST /alerts'] = [201, {}];
    await page.state.issue();
    await page.state.issue();
    const keys = sent('POST /alerts').map((one) => one.key);
    expect([keys.length, keys[0] === keys[1], keys[1] === keys[2], keys.includes(null)]).toEqual([3, true, false, false]);
  });

  it('a rumour, a task and a request about one’s own data are made once by two touches', async () => {
    around.answers['GET /rumour-drafts'] = [200, { items: [] }];
    around.answers['GET /me/rights'] = [200, { items: [] }];
    const made: [path: string, page: Running, act: string][] = [];
    made.push(['POST /rumours', await open((await import('../desk/pages/RumoursPage.vue')).default), 'add']);
    made.push(['POST /me/rights', await open((await import('../desk/MyRights.vue')).default, { ward: '' }), 'open']);
    const steps = await open((await import('../desk/cases/OtherSteps.vue')).default, { detail: { case: { id: '7', version: 3, owner: { code: '99' } }, may: ['task'] }, onDone: () => undefined });
    steps.state.open = 'task';
    await nextTick();
    made.push(['POST /cases/7/tasks', steps, 'submit']);
    for (const [address, page, act] of made) {
      around.answers[address] = null;
      await page.state[act]();
      around.answers[address] = [201, {}];
      await Promise.all([page.state[act](), page.state[act]()]);
      const keys = sent(address).map((one) => one.key);
      expect([address, keys.length, keys[0] !== null && keys[0] === keys[1]]).toEqual([address, 2, true]);
    }
  });

  it('a refusal names whoever acted, as far as the reader may know', async () => {
    const { problemOf } = await import('../shared/api');
    const { named } = await import('../shared/people');
    around.answers['GET /people?actors=account%3A17%2Caccount%3A18'] = [200, { items: [{ actor: 'account:17', kind: 'staff', name: 'Wang Min', department: null, office: null }] }];
    const told = { detail: 'closed by account:17, not account:18', errors: [{ field: '/x', code: 'x', detail: 'by account:17' }] };
    const problem = await problemOf({ status: 409, statusText: '' }, JSON.stringify(told));
    expect([problem.body.detail, problem.body.errors?.[0]?.detail]).toEqual(['closed by Wang Min, not account:18', 'by Wang Min']);
    expect(await named('nobody acted')).toBe('nobody acted');
  });

  it('a guardian asks in the child’s name, and to become one in their own', async () => {
    around.answers['GET /me/rights'] = around.answers['GET /me/rights?ward=5'] = [200, { items: [] }];
    around.answers['POST /me/rights'] = [201, {}];
    const { default: mine } = await import('../desk/MyRights.vue');
    const own = await open(mine, { ward: '' });
    Object.assign(own.state.form, { kind: 'guardian', words: 'I am her mother', child_name: 'Li' });
    expect([own.state.kinds.includes('guardian'), own.state.complete]).toEqual([true, false]);
    own.state.form.child_identifier = ' 990102201501010019 ';
    await own.state.open();
    const child = await open(mine, { ward: '5' });
    expect(child.state.kinds.includes('guardian')).toBe(false);
    child.state.form.words = 'a copy';
    await child.state.open();
    expect(sent('POST /me/rights').map((one) => one.body)).toEqual([
      { kind: 'guardian', words: 'I am her mother', child_name: 'Li', child_identifier: '990102201501010019' },
      { kind: 'copy', words: 'a copy', ward: '5' },
    ]);
  });

  it('a required yes or no is answered by either, and by neither untouched', async () => {
    const fields = [{ name: 'open', title: 'Open', type: 'boolean', required: true }];
    const { default: inputs } = await import('../desk/FieldInputs.vue');
    const answers: unknown[] = [];
    const page = await open(inputs, { fields, modelValue: {}, 'onUpdate:modelValue': (given: unknown) => answers.push(given) });
    const html = await drawn(inputs, { fields, modelValue: {} });
    expect([...html.matchAll(/<el-radio value="(\w+)"/g)].map((found) => found[1])).toEqual(['true', 'false']);
    const { troubles } = await import('../shared/forms/model');
    page.state.set('open', false);
    expect([troubles(fields as never, {}), answers, troubles(fields as never, answers[0] as never)]).toEqual([{ open: 'required' }, [{ open: false }], {}]);
  });

  it('a password is not changed before one has read what ends with it', async () => {
    const { i18n } = await import('../shared/i18n');
    expect(await drawn((await import('../desk/PasswordForm.vue')).default)).toContain(i18n.global.t('identity.account.endsOthers'));
  });

  it('signing out ends the phone’s shift of this browser', async () => {
    const { Vault } = await import('../shared/offline/vault');
    const vault = await Vault.at();
    await vault.open('account:3', Date.now() + 60_000);
    around.answers['POST /me/sign-out'] = null;
    vi.stubGlobal('removeEventListener', () => undefined);
    const page = await open((await import('../shared/components/AccountMenu.vue')).default);
    vi.stubGlobal('location', { href: 'http://hub/desk/', pathname: '/desk/', assign: () => undefined, reload: () => undefined });
    await page.state.leave();
    expect(await vault.shift()).toBeNull();
  });

  it('a duty with one of its two hours is not the whole day', async () => {
    around.answers['GET /duties'] = [200, { items: [] }];
    around.answers['POST /duties'] = [201, {}];
    const page = await open((await import('../desk/pages/DutiesPage.vue')).default);
    Object.assign(page.state.form, { duty: 'grid-worker', region: '9901', person: 'account:3', from: '08:00' });
    await page.state.add();
    expect([page.state.refusal !== '', sent('POST /duties').length]).toEqual([true, 0]);
    page.state.form.until = '18:00';
    await Promise.all([page.state.add(), page.state.add()]);
    expect(sent('POST /duties').map((one) => one.body)).toEqual([{ duty: 'grid-worker', region: '9901', person: 'account:3', hours: '08:00-18:00' }]);
  });

  it('a notice without a date, and one whose date was cleared, have none', async () => {
    around.answers['GET /roles'] = [200, { items: [] }];
    around.answers['POST /notices'] = [201, { id: '5' }];
    const page = await open((await import('../desk/pages/NewNoticePage.vue')).default);
    page.state.form.title = 'T';
    for (const due of ['', null]) {
      page.state.form.due_at = due;
      await page.state.submit();
    }
    expect(sent('POST /notices').map((one) => 'due_at' in (one.body as object))).toEqual([false, false]);
    page.state.form.kind = 'order';
    page.state.addQuestion();
    page.state.addQuestion();
    page.state.questions = page.state.questions.slice(1);
    page.state.addQuestion();
    expect(new Set(page.state.questions.map((one: { id: string }) => one.id)).size).toBe(2);
  });

  it('a case whose answer got lost is sent again with the same pictures under the same key', async () => {
    around.answers['GET /processes/p'] = [200, { process: { id: 'p', title: 'P', version: 1 }, fields: [], states: [], transitions: [], photos_least: 0 }];
    around.answers['GET /system'] = [200, { root_region: { code: '99' } }];
    let photos = 0;
    around.answers['POST /case-photos'] = () => [201, { id: String(++photos) }];
    around.answers['POST /processes/p/cases'] = null;
    const page = await open((await import('../desk/pages/OpenCasePage.vue')).default, { process: 'p' });
    await soon(() => expect(page.state.process).not.toBeNull());
    page.state.pictures = [new Blob(['a']), new Blob(['b'])];
    await page.state.submit();
    around.answers['POST /processes/p/cases'] = [201, { case: { id: '9' } }];
    await page.state.submit();
    const [lost, kept] = sent('POST /processes/p/cases');
    expect([sent('POST /case-photos').length, lost.key === kept.key, kept.body]).toEqual([2, true, lost.body]);
    expect([(kept.body as { photos: string[] }).photos, page.went]).toEqual([['1', '2'], ['/cases/9']]);
  });

  it('who is merged is who is shown', async () => {
    const file = (id: string): Answer => [200, { id, name: id, identifier: null, entries: [] }];
    const slow = later();
    around.answers['GET /subjects/11'] = slow.answer;
    around.answers['GET /subjects/22'] = file('22');
    around.answers['POST /subjects/1/merge'] = [200, {}];
    const page = await open((await import('../desk/MergeForm.vue')).default, { id: '1', onMerged: () => undefined });
    page.state.other = '11';
    const first = page.state.show();
    page.state.other = '22';
    await page.state.show();
    slow.give(file('11'));
    await first;
    expect(page.state.seen.id).toBe('22');
    page.state.other = '33';
    expect(page.state.seen).toBeNull();
    await page.state.merge();
    expect(sent('POST /subjects/1/merge')).toEqual([]);
    page.state.other = '22';
    await page.state.show();
    page.state.reason = 'same';
    await page.state.merge();
    expect(sent('POST /subjects/1/merge').map((one) => one.body)).toEqual([{ with: '22', reason: 'same' }]);
  });

  it('why a record stands in a file is asked when somebody wants to know, and hides what is not theirs to see', async () => {
    const field = { trait: 'phone', title: 'Phone', a: '154****1111', b: null, level: 'exact', weight: 9.27 };
    const why = { subject: '1', record: '7', basis: 'model', model: 3, certainty: 'certain', linked_at: '2020-03-01T00:00:00Z', compared: true, other: null, probability: 0.9987, weight: 21.5, certain: 0.98, probable: 0.5, fields: [field], decisions: [] };
    around.answers['GET /subjects/1'] = [200, { id: '1', name: 'A', identifier: null, names: [], aliases: [], relations: [], purposes: [], identifiers: [], cut_short: false, entries: [] }];
    around.answers['GET /subjects/1/links/7/why'] = [200, why];
    const page = await open((await import('../desk/pages/SubjectPage.vue')).default, { id: '1' });
    await soon(() => expect(page.state.file).not.toBeNull());
    expect(sent('GET /subjects/1/links/7/why')).toEqual([]);
    page.state.explain('7');
    expect([...page.state.explained]).toEqual(['7']);
    const reading = await open((await import('../desk/WhyLinked.vue')).default, { subject: '1', record: '7' });
    await soon(() => expect(reading.state.why?.basis).toBe('model'));
    page.state.explain('7');
    expect([...page.state.explained]).toEqual([]);
    const rows = (await import('../desk/WhyRows.vue')).default;
    const html = await drawn(rows, { why });
    for (const told of ['why-hidden', '+9.3', '+21.5', '99.9', '154****1111']) expect(html).toContain(told);
    const said = await drawn(rows, { why: { ...why, basis: 'decision', fields: [{ ...field, weight: -3.04 }], decisions: [{ actor: 'account:3', reason: 'seen by post', at: '2020-03-02T00:00:00Z' }], other: { subject: '1', record: '8', resource: { id: 'r', title: 'Arrivals' }, provider: { id: 'p', title: 'Police' }, region: null, day: '2020-03-05' } } });
    for (const told of ['seen by post', 'Arrivals', '−3.0', 'against']) expect(said).toContain(told);
    expect(said).not.toContain('why-hidden');
  });

  it('the numbers of a file say since when, until when and by whom, and what was replaced', async () => {
    const one = { scheme: 'passport', value: 'E12345678', closed: false, certainty: 'certain', from: '2020-02-01', to: '2020-03-05', ended: '2020-04-01', valid_from: null, valid_until: '2027-05-31', sources: [{ id: 'entries', title: 'Entries' }] };
    const rows = (await import('../desk/IdentifierRows.vue')).default;
    const html = await drawn(rows, { identifiers: [one] });
    for (const told of ['E12345678', '2020-02-01', '2020-03-05', '2020-04-01', '2027-05-31', 'Entries', 'data-scheme="passport"']) expect(html).toContain(told);
    const standing = await drawn(rows, { identifiers: [{ ...one, value: '138****0001', scheme: 'phone', closed: true, ended: null, valid_until: null }] });
    for (const untold of ['data-test="ended"', 'data-test="valid"']) expect(standing).not.toContain(untold);
  });

  it('whom a withdrawal brings apart is told before it is confirmed, page by page, and who may not be seen is counted', async () => {
    const subject = (id: string, fate: string) => ({ id, kind: 'person', fate, records: 3, loses: 1, name: `N${id}`, identifier: null });
    const told = { records: 2000, complete: false, parts: 1, joins: 0, vanishes: 0, loses: 3 };
    const address = 'GET /batches/8/withdrawal/subjects?limit=20';
    around.answers[address] = [200, { ...told, items: [subject('1', 'parts')], next_cursor: '1' }];
    around.answers[`${address}&cursor=1`] = [200, { ...told, items: [subject('2', 'loses')], next_cursor: null }];
    const page = await open((await import('../desk/WithdrawalSubjects.vue')).default, { batch: '8', records: 5000 });
    await soon(() => expect(page.state.rows).toEqual([{ fate: 'parts', count: 1 }, { fate: 'loses', count: 3 }]));
    expect([page.state.more, page.state.unlisted, page.state.unread]).toEqual([true, 3, 3000]);
    await page.state.next();
    expect(page.state.items.map((one: { id: string }) => one.id)).toEqual(['1', '2']);
    expect([page.state.more, page.state.unlisted]).toEqual([false, 2]);
  });

  it('what a package asks of people again is told before and after its installation, and stands in nobody’s way', async () => {
    const warnings = [{ place: 'doors.phone', other: 'register.phone', sentence: 'held already' }];
    around.answers['POST /package-checks'] = [200, { package: 'doors', version: '1.0.0', installed_version: '', faults: [], warnings }];
    around.answers['POST /packages?reason='] = [201, { id: 'doors', version: '1.0.0', warnings }];
    const page = await open((await import('../desk/PackageInstall.vue')).default, { onDone: () => undefined });
    expect(page.state.warnings).toEqual([]);
    await page.state.choose({ target: { files: [new Blob(['zip'])] } });
    expect([page.state.warnings, page.state.installed]).toEqual([warnings, null]);
    await page.state.install();
    expect([page.state.found, page.state.installed.id, page.state.warnings, page.state.failure]).toEqual([null, 'doors', warnings, null]);
  });

  it('a pair somebody was unsure of is opened from its list, decided again, and leads back to the list', async () => {
    const pair = (id: string, state: string) => ({ id, state, probability: 0.4, decided_by: 'account:9', decided_at: '2020-02-01T00:00:00Z', leased_until: null, a: null, b: null, fields: [] });
    around.answers['POST /subject-reviews/next'] = [200, { review: pair('1', 'open'), open: 1, unsure: 1, purposes: [] }];
    around.answers['GET /subject-reviews/2'] = [200, pair('2', 'unsure')];
    around.answers['GET /subject-reviews?state=unsure&limit=50'] = [200, { items: [pair('2', 'unsure')], next_cursor: null }];
    around.answers['POST /subject-reviews/2/decision'] = [200, pair('2', 'same')];
    const list = await open((await import('../desk/UnsurePairs.vue')).default, {});
    await soon(() => expect(list.state.items.map((one: { id: string }) => one.id)).toEqual(['2']));
    vi.stubGlobal('window', { addEventListener: () => undefined, removeEventListener: () => undefined });
    const page = await open((await import('../desk/pages/PairsPage.vue')).default, {});
    await soon(() => expect(page.state.review?.id).toBe('1'));
    page.state.go('unsure');
    expect(page.state.review, 'the list comes first').toBeNull();
    await page.state.open('2');
    expect([page.state.review.id, page.state.refusal]).toEqual(['2', '']);
    await page.state.decide('same');
    expect([sent('POST /subject-reviews/2/decision').map((one) => one.body), page.state.review, page.state.way]).toEqual([[{ verdict: 'same' }], null, 'unsure']);
    expect(sent('POST /subject-reviews/1/decision')).toEqual([]);
    page.state.go('queue');
    expect(page.state.review.id).toBe('1');
  });

  it('how many a notice reaches is told of whom it is for now', async () => {
    around.answers['GET /roles'] = [200, { items: [] }];
    const slow = later();
    around.answers['POST /notices/preview'] = ({ body }) => ((body as { audience: { kinds?: string[] } }).audience.kinds === undefined ? slow.answer() : [200, { people: 3, regions: [], full: [] }]);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const page = await open((await import('../desk/cases/AudienceForm.vue')).default, { kind: 'notice', modelValue: {} });
    await vi.advanceTimersByTimeAsync(400);
    page.props.modelValue = { kinds: ['staff'] };
    await vi.advanceTimersByTimeAsync(400);
    await soon(() => expect(page.state.preview?.people).toBe(3));
    slow.give([200, { people: 9000, regions: [], full: [] }]);
    await vi.advanceTimersByTimeAsync(10);
    expect([addresses(around).filter((one) => one === 'POST /notices/preview').length, page.state.preview.people]).toEqual([2, 3]);
  });
});
