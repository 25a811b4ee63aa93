// Accounts of the stand-in hub: any login with any password but "wrong" is let in; "factor" is asked for the code 123456.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mockAccounts } from './cases.mjs';
import { grids } from './city.mjs';

const described = join(dirname(fileURLToPath(import.meta.url)), '../../docs/api/openapi.json');
const operations = existsSync(described) ? Object.values(JSON.parse(readFileSync(described)).paths).flatMap((path) => Object.values(path)) : [];
const permissions = [...new Set(operations.map((one) => one['x-permission']).filter((one) => typeof one === 'string').concat('case.own', 'case.read', 'case.act', 'case.supervise', 'duty.read', 'duty.write', 'calendar.write', 'notice.follow', 'notice.send', 'notice.cap', 'open311.read', 'open311.write', 'rumour.write', 'rumour.publish', 'alert.issue', 'subject.read'))].sort();
const dutyOf = (id) => (/^(account|role\.write|purpose\.write)/.test(id) ? 'security' : id.startsWith('audit') ? 'audit' : /^(system\.operate|keys)/.test(id) ? 'system' : 'work');
const started = new Date().toISOString();
const later = new Date(Date.now() + 12 * 3600e3).toISOString();
const cookie = 'mock_session';

const role = (id, zh, en, held, classes) => ({ id, title: { zh, en }, built_in: true, duty: 'work', permissions: held, classes, purposes: classes.length > 0 ? ['*'] : [], version: 0, changed_at: null, changed_by: null });
const roles = [role('leader', '指挥中心', 'Command centre', ['metrics.read', 'quality.read', 'region.read'], []), role('data-officer', '部门数据管理员', 'Department data officer', ['record.read', 'record.write', 'ingest.write'], ['basic', 'name', 'contact'])];
const grant = (id, account, zh, kind = 'given') => ({
  id, account, account_name: '演示', role: 'data-officer', role_title: zh ? roles[1].title.zh : roles[1].title.en, region: '9901', region_name: '云汐市', department: null, from: started, until: kind === 'given' ? null : later,
  kind, reason: kind === 'given' ? '' : '走失老人', granted_by: 'account:2', granted_at: started, ended_at: null, reviewed_at: null, reviewed_by: null,
});
const account = (id, login, name, zh) => ({ id, kind: 'staff', state: 'open', login, name, phone: null, department: null, must_change: false, second_factor: id === '2', created_at: started, created_by: 'cli', grants: [grant(`${id}1`, id, zh)] });
const token = { id: '9', kind: 'session', label: 'Chrome, Linux', opened_at: started, seen_at: started, ends_at: later, current: true };
// The people of the stand-in hub's cases have their own account and role; a resident has neither role nor permissions.
function me(login, zh) {
  const own = mockAccounts[login] ?? { account: '1', role: 'data-officer', kind: 'staff' };
  const held = own.role === null ? [] : [{ ...grant(`${own.account}1`, own.account, zh), ...(own.role === 'data-officer' ? {} : { role: own.role, role_title: own.role, region: own.role === 'grid-worker' ? grids[0].code : '9901' }) }];
  return { account: own.account, actor: `account:${own.account}`, name: `演示 ${login}`, kind: own.kind, department: null, session: '9', ends_at: later, must_change: false, second_factor: 'none', grants: held, permissions: own.role === null ? [] : permissions };
}

// Who asks; null without a session.
export const loginOf = (req) => new RegExp(`${cookie}=([\\w.-]+)`).exec(req.headers.cookie ?? '')?.[1] ?? null;

// What these addresses answer: [status, body, headers]; undefined for all others.
export function identityAnswer(method, path, body, login, zh) {
  const refused = (detail, field) => [401, { status: 401, title: detail, detail, code: 'unauthenticated', ...(field ? { errors: [{ field, code: 'unauthenticated', detail }] } : {}) }];
  const keep = (value, life) => ({ 'Set-Cookie': `${cookie}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${life}` });
  if (method === 'POST' && path === '/sessions') {
    const name = body.login ?? body.phone ?? '';
    if (body.password === 'wrong' || !/^[\w.-]+$/.test(name)) return refused(zh ? '登录名或密码不对。' : 'Login or password is wrong.');
    if (name === 'factor' && body.code === undefined) return refused(zh ? '请输入动态口令。' : 'Type the code your authenticator shows.', '/code');
    if (name === 'factor' && body.code !== '123456') return refused(zh ? '验证码不对。' : 'The code is wrong.', '/code');
    return [201, { token: null, me: me(name, zh) }, keep(name, 43_200)];
  }
  if (method === 'POST' && path === '/sign-in-codes') return [200, { asker: null }];
  if (login === null) return refused(zh ? '请先登录。' : 'Sign in first.');
  if (method === 'POST' && path === '/me/sign-out') return [204, undefined, keep('', 0)];
  if (method !== 'GET') return undefined;
  const accounts = [account('1', login, `演示 ${login}`, zh), account('2', 'security', '演示 安全', zh)];
  if (path === '/me') return [200, me(login, zh)];
  if (path === '/me/sessions' || /^\/accounts\/\d+\/tokens$/.test(path)) return [200, { items: [token] }];
  if (path === '/accounts') return [200, { items: accounts, next_cursor: null }];
  if (/^\/accounts\/\d+$/.test(path)) return [200, accounts.find((one) => path.endsWith(`/${one.id}`)) ?? accounts[0]];
  if (path === '/account-orders') return [200, { items: [], next_cursor: null }];
  if (path === '/grants') return [200, { items: [grant('31', '1', zh, 'break_glass')], next_cursor: null }];
  if (path === '/roles') return [200, { items: roles }];
  if (path.startsWith('/roles/')) return [200, roles.find((one) => path === `/roles/${one.id}`) ?? roles[0]];
  if (path === '/permissions') return [200, { items: permissions.map((id) => ({ id, title: id, reach: dutyOf(id) === 'work' ? 'everywhere' : 'hub', duty: dutyOf(id) })) }];
  return undefined;
}
