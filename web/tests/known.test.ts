// Goal: without a network forms are filled for whom the day's cases are about, as the hub said when the list was read: for one shift, under the purpose
// the worker chose, and for nobody else.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CaseDetail, Process } from '../shared/cases';
import { addresses, drawn, run, someone, soon, surroundings, type Surroundings } from './page';

vi.setConfig({ testTimeout: 30_000 });  // the first to need a page waits for it to be compiled
let around: Surroundings;
const field = (name: string, type: string, personal = '') => ({ name, title: name.toUpperCase(), type, required: false, values: [], personal, min: null, max: null, max_length: null });
const process = { process: { id: 'p', title: 'P', version: 1, form: 'visits' }, fields: [field('name', 'text', 'name'), field('document', 'citizen_id', 'identifier'), field('phone', 'phone', 'contact')], states: [], transitions: [], photos_least: 0, photos_most: 9, in_name_of: false, summary: [], definition: null };
const detail = (id: string, form: Record<string, string>) => ({ case: { id, number: `N-${id}`, process: 'p' }, reporter: { account: 'account:5' }, form: Object.entries(form).map(([name, value]) => ({ name, title: name, value, code: '', masked: value.includes('*') })) }) as unknown as CaseDetail;
const known = (name: string, value: string) => ({ field: name, title: name.toUpperCase(), value, source: { id: 'register', title: 'Register' }, record: '1', day: '2020-02-01' });
const work = (...ids: string[]) => ({ mine: ids.map((id) => ({ id, process: 'p' }) as never), role: [] });
const hit = (id: string, name: string) => ({ id, kind: 'person', name, identifier: '9801', region: null, resource: { id: 'register', title: 'Register' } });
const worker = someone('account:3', '1', { permissions: ['case.act', 'subject.read'] });
const searched = (): string[] => addresses(around).filter((one) => one.startsWith('GET /subjects'));

async function shift(me = worker) {
  around.answers['GET /me'] = [200, me];
  around.answers['GET /processes/p'] = [200, process];
  around.answers['GET /pages?on=pocket'] = [200, { items: [{ id: 'p-form', kind: 'form', process: 'p', for: 'pocket', prefill: { phone: 'register' } }] }];
  around.answers['GET /subjects?q=980101&limit=8'] = [200, { items: [hit('41', 'Lin')], purposes: ['visiting'] }];
  around.answers['GET /subjects/41/prefill?form=visits&from=phone%3Aregister'] = [200, { known: [known('name', 'Lin'), known('phone', '13900000000')] }];
  const one = { shift: await import('../pocket/shift'), known: await import('../pocket/known'), tasks: await import('../pocket/tasks') };
  await one.shift.whoIsHere();
  const vault = (await one.shift.theVault())!;
  return { ...one, vault };
}

beforeEach(() => {
  vi.resetModules();
  around = surroundings();
});

describe('whom the day’s cases are about', () => {
  it('is taken along under the purpose that was chosen, once, and gone with their case', async () => {
    const { known: taking, tasks, vault } = await shift();
    await vault.put('case', '7', detail('7', { name: 'Lin', document: '980101' }));
    await taking.takeKnown(work('7'), ['p']);
    expect(searched(), 'nobody is looked up before a purpose was chosen').toEqual([]);
    await tasks.choosePurpose('p', 'visiting');
    await taking.takeKnown(work('7'), ['p']);
    expect((await taking.knownFor('p')).map((one) => [one.case, one.name, one.forms.p.map((each) => each.value)])).toEqual([['7', 'Lin', ['Lin', '13900000000']]]);
    expect(await taking.knownFor('q')).toEqual([]);
    await taking.takeKnown(work('7'), ['p']);
    expect(searched(), 'each look is on record: it is not taken twice').toHaveLength(2);
    await taking.takeKnown(work('8'), ['p']);
    expect(await vault.ids('known')).toEqual([]);
  });
  it('is nobody where the case does not say, several answer, or the worker may not read files', async () => {
    const one = await shift();
    await one.tasks.choosePurpose('p', 'visiting');
    around.answers['GET /subjects?q=13911111111&limit=8'] = [200, { items: [hit('1', 'A'), hit('2', 'B')], purposes: [] }];
    await one.vault.put('case', '1', detail('1', { document: '98****' }));
    await one.vault.put('case', '2', detail('2', { phone: '13911111111' }));
    await one.known.takeKnown(work('1', '2'), ['p']);
    expect([searched(), await one.vault.ids('known')]).toEqual([['GET /subjects?q=13911111111&limit=8'], []]);
    await one.known.takeKnown(work('1', '2'), []);
    vi.resetModules();
    around.asked.length = 0;
    const other = await shift({ ...worker, permissions: ['case.act'] });
    await other.vault.put('case', '7', detail('7', { document: '980101' }));
    await other.known.takeKnown(work('7'), ['p']);
    expect(searched()).toEqual([]);
  });
  it('a refusal is one person’s alone, and a network that went ends it', async () => {
    const { known: taking, tasks, vault } = await shift();
    await tasks.choosePurpose('p', 'visiting');
    for (const [id, document] of [['1', 'a'], ['2', '980101'], ['3', 'b'], ['4', 'c']]) await vault.put('case', id, detail(id, { document }));
    around.answers['GET /subjects?q=a&limit=8'] = [403, {}];
    around.answers['GET /subjects?q=b&limit=8'] = null;
    await taking.takeKnown(work('1', '2', '3', '4'), ['p']);
    expect(await vault.ids('known')).toEqual(['2']);
    expect(searched().filter((one) => one.includes('q=c'))).toEqual([]);
  });
  it('is bounded', async () => {
    const { known: taking, tasks, vault } = await shift();
    await tasks.choosePurpose('p', 'visiting');
    const ids = Array.from({ length: taking.persons_most + 5 }, (_, at) => String(at + 100));
    for (const id of ids) await vault.put('case', id, detail(id, { document: '980101' }));
    await taking.takeKnown(work(...ids), ['p']);
    expect(await vault.ids('known')).toHaveLength(taking.persons_most);
    expect(await taking.knownFor('p'), 'one person of several cases stands once').toHaveLength(1);
  });
  it('goes with the shift', async () => {
    const { known: taking, tasks, vault } = await shift();
    await tasks.choosePurpose('p', 'visiting');
    await vault.put('case', '7', detail('7', { document: '980101' }));
    await taking.takeKnown(work('7'), ['p']);
    await vault.end();
    expect([await vault.ids('known'), await taking.knownFor('p')]).toEqual([[], []]);
  });
  it('fills a form without a network, with where it comes from and of which day, and changes nothing that was typed', async () => {
    const one = await shift();
    await one.tasks.choosePurpose('p', 'visiting');
    await one.vault.put('case', '7', detail('7', { document: '980101' }));
    await one.known.takeKnown(work('7'), ['p']);
    one.shift.reachable.value = false;
    around.asked.length = 0;
    const filled: ReadonlySet<string>[] = [];
    const values: Record<string, unknown>[] = [];
    const page = await run((await import('../pocket/parts/KnownSubjects.vue')).default, {
      process: 'p', fields: (process as unknown as Process).fields, modelValue: { name: 'typed' }, 'onUpdate:modelValue': (next: Record<string, unknown>) => values.push(next), onFilled: (fields: ReadonlySet<string>) => filled.push(fields),
    });
    await soon(() => expect(page.state.shown).toHaveLength(1));
    page.state.choose(page.state.shown[0]);
    expect(values.at(-1)).toEqual({ name: 'typed', phone: '13900000000' });
    expect([[...filled[0]], page.state.from.map((each: { field: string }) => each.field)]).toEqual([['phone'], ['phone']]);
    expect(page.state.told).toContain('Lin');
    const html = await drawn((await import('../shared/components/FilledFrom.vue')).default, { known: page.state.from });
    expect([html.includes('Register'), html.includes('2020-02-01'), html.includes('PHONE')]).toEqual([true, true, true]);
    expect(addresses(around)).toEqual([]);
    page.end();
  });
});
