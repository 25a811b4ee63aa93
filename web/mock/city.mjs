// A small fictional city for developing the pages: the same figures on every start.
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const random = randomFrom(7);
const levelNames = {
  zh: ['国家', '省', '市', '区县', '街镇', '社区', '网格'],
  en: ['Nation', 'Province', 'City', 'District', 'Town', 'Community', 'Grid'],
};
export const levelName = (level, language) => levelNames[language][level] ?? '';

export const regions = new Map();
function add(code, name, level, parent, extra = {}) {
  const region = { code, name, level, parent, children: [], synthetic: false, ring: null, people: 0, ...extra };
  regions.set(code, region);
  if (parent) regions.get(parent).children.push(code);
  return region;
}

const area = (ring) => Math.abs(ring.reduce((sum, [x, y], i) => {
  const [nx, ny] = ring[(i + 1) % ring.length];
  return sum + x * ny - nx * y;
}, 0)) / 2;
export const middle = (ring) => {
  let x = 0, y = 0, twice = 0;
  ring.forEach(([ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length];
    const cross = ax * by - bx * ay;
    x += (ax + bx) * cross; y += (ay + by) * cross; twice += cross;
  });
  return [x / (3 * twice), y / (3 * twice)];
};
function half(ring, nx, ny, d) {
  const out = [];
  ring.forEach((a, i) => {
    const b = ring[(i + 1) % ring.length];
    const fa = a[0] * nx + a[1] * ny - d, fb = b[0] * nx + b[1] * ny - d;
    if (fa <= 0) out.push(a);
    if ((fa < 0) !== (fb < 0) && fa !== fb) {
      const t = fa / (fa - fb);
      out.push([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]);
    }
  });
  return out;
}
// Cuts a ring into n parts of similar area by straight lines across its longer side.
function cut(ring, n) {
  if (n <= 1) return [ring];
  const left = Math.floor(n / 2), share = left / n;
  const xs = ring.map((p) => p[0]), ys = ring.map((p) => p[1]);
  const wide = Math.max(...xs) - Math.min(...xs) > Math.max(...ys) - Math.min(...ys);
  const angle = (wide ? 0 : Math.PI / 2) + (random() - 0.5) * 0.9;
  const nx = Math.cos(angle), ny = Math.sin(angle);
  const along = ring.map((p) => p[0] * nx + p[1] * ny);
  let low = Math.min(...along), high = Math.max(...along);
  const target = area(ring) * (share + (random() - 0.5) * 0.12);
  for (let i = 0; i < 40; ++i) {
    const d = (low + high) / 2;
    if (area(half(ring, nx, ny, d)) < target) low = d; else high = d;
  }
  return [...cut(half(ring, nx, ny, low), left), ...cut(half(ring, -nx, -ny, -low), n - left)];
}

add('0', '中华人民共和国', 0, null);
const provinces = ['11北京市', '12天津市', '13河北省', '14山西省', '15内蒙古自治区', '21辽宁省', '22吉林省', '23黑龙江省', '31上海市', '32江苏省',
  '33浙江省', '34安徽省', '35福建省', '36江西省', '37山东省', '41河南省', '42湖北省', '43湖南省', '44广东省', '45广西壮族自治区', '46海南省',
  '50重庆市', '51四川省', '52贵州省', '53云南省', '54西藏自治区', '61陕西省', '62甘肃省', '63青海省', '64宁夏回族自治区', '65新疆维吾尔自治区'];
for (const text of provinces) add(text.slice(0, 2), text.slice(2), 1, '0');
for (const [code, name, parent] of [['420100', '武汉市', '42'], ['440400', '珠海市', '44'], ['440300', '深圳市', '44'], ['330100', '杭州市', '33']]) {
  add(code, name, 2, parent);
}
for (const [code, name] of [['440402', '香洲区'], ['440403', '斗门区'], ['440404', '金湾区']]) add(code, name, 3, '440400');
add('99', '云海省', 1, '0', { synthetic: true });
add('9901', '云汐市', 2, '99', { synthetic: true });

const coast = [];
for (let i = 0; i < 44; ++i) {
  const turn = (i / 44) * 2 * Math.PI;
  const r = 0.3 + 0.05 * Math.sin(turn * 2 + 1) + 0.025 * Math.sin(turn * 5) + 0.014 * (random() - 0.5);
  coast.push([121.4 + r * Math.cos(turn) * 1.35, 28.6 + r * Math.sin(turn)]);
}
regions.get('9901').ring = coast;
const districts = ['听潮区', '云麓区', '汐浦区', '青屿区', '望洋区', '石湾区', '稻香区', '临空新区'];
const heads = '金兰翠湖新桥东风北岭南溪西塘红枫白鹭青松长堤明珠海棠'.match(/../gu);
const tails = ['里', '园', '苑', '坊', '湾', '村'];
let serial = 0;
function grow(parent, parts, level, code, name) {
  cut(regions.get(parent).ring, parts).forEach((ring, i) => {
    const child = add(code(i), name(i), level, parent, { synthetic: true, ring });
    if (level === 3) grow(child.code, 3, 4, (k) => child.code + String(k + 1).padStart(3, '0'), (k) => heads[(serial++ * 5 + k) % heads.length] + (k === 2 ? '镇' : '街道'));
    if (level === 4) grow(child.code, 3 + Math.floor(random() * 4), 5, (k) => child.code + String(k + 1).padStart(3, '0'),
      (k) => heads[(serial++ * 3 + k) % heads.length] + tails[(serial + k) % tails.length] + '社区');
    if (level === 5) grow(child.code, 3 + Math.floor(random() * 3), 6, (k) => child.code + String(k + 1).padStart(3, '0'), (k) => `第${k + 1}网格`);
    if (level === 6) child.people = 120 + Math.floor(random() * random() * 900);
  });
}
grow('9901', 8, 3, (i) => `9901${String(i + 1).padStart(2, '0')}`, (i) => districts[i]);

export const metrics = [
  { id: 'residents', zh: '登记人口', en: 'Registered residents', resource: 'resident-register', share: 1 },
  { id: 'households', zh: '登记户数', en: 'Households', resource: 'resident-register', share: 0.36 },
  { id: 'companies', zh: '市场主体', en: 'Companies', resource: 'company-register', share: 0.07 },
  { id: 'tests', zh: '核酸检测', en: 'PCR tests', resource: 'pcr-tests', share: 0.62 },
  { id: 'declarations', zh: '健康申报', en: 'Health declarations', resource: 'declarations', share: 0.48 },
  { id: 'arrivals', zh: '来返人员', en: 'Arrivals', resource: 'arrivals', share: 0.05 },
  { id: 'hotline', zh: '热线诉求', en: 'Hotline requests', resource: 'hotline', share: 0.02 },
];
export const grids = [...regions.values()].filter((r) => r.level === 6);
export const totals = new Map();
export const daily = new Map();
const today = new Date(Date.now() + 8 * 3600e3);
export const days = Array.from({ length: 30 }, (_, i) => new Date(today - (29 - i) * 86400e3).toISOString().slice(0, 10));
for (const region of regions.values()) {
  totals.set(region.code, Object.fromEntries(metrics.map((m) => [m.id, 0])));
  daily.set(region.code, Object.fromEntries(metrics.map((m) => [m.id, days.map(() => 0)])));
}
export function count(gridCode, metric, n, day = 29) {
  for (let region = regions.get(gridCode); region; region = regions.get(region.parent)) {
    totals.get(region.code)[metric] += n;
    if (day >= 0) daily.get(region.code)[metric][day] += n;
  }
}
for (const grid of grids) {
  for (const [k, metric] of metrics.entries()) {
    const total = Math.round(grid.people * metric.share * (0.8 + random() * 0.4));
    let left = total;
    for (let day = 0; day < 30; ++day) {
      const n = Math.min(left, Math.round((total / 40) * (0.4 + random() + 0.5 * Math.sin((day + k * 3) / 4) ** 2)));
      count(grid.code, metric.id, n, day);
      left -= n;
    }
    count(grid.code, metric.id, left, -1);
  }
}
export function pathOf(code, language) {
  const path = [];
  for (let r = regions.get(code); r; r = regions.get(r.parent)) {
    path.unshift({ code: r.code, name: r.name, level: r.level, level_name: levelName(r.level, language) });
  }
  return path;
}
