// Makes a file for a resource out of its own fields: some good rows, and some with mistakes that people make.
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

// A citizen ID with a right last digit (GB 11643); `serial` makes it new. The area prefix 99 is never issued.
export function citizenId(serial) {
  const body = `990100${1950 + (Math.floor(serial / 336_000) % 50)}${String(1 + (Math.floor(serial / 28_000) % 12)).padStart(2, '0')}${String(1 + (Math.floor(serial / 1000) % 28)).padStart(2, '0')}${String(serial % 1000).padStart(3, '0')}`;
  const sum = weights.reduce((total, weight, index) => total + weight * Number(body[index]), 0);
  return body + '10X98765432'[sum % 11];
}

const plain = new Set(['text', 'person_name', 'phone', 'citizen_id', 'date', 'datetime', 'integer', 'number', 'boolean', 'choice', 'region', 'address']);

export function fits(resource) {
  const types = resource.fields.map((field) => field.type);
  return types.includes('citizen_id') && types.includes('phone') && resource.metrics.some((metric) => metric.kind === 'count')
    && resource.fields.every((field) => !field.required || plain.has(field.type));
}

function valueOf(field, serial, region) {
  switch (field.type) {
    case 'person_name': return `\u5f20${'\u4f1f\u5a1c\u654f\u9759\u4e3d\u5f3a\u78ca\u519b'[serial % 8]}`;
    case 'phone': return `138${String(10_000_000 + (serial % 89_999_999))}`;
    case 'citizen_id': return citizenId(serial);
    case 'date': return '2020-02-10';
    case 'datetime': return '2020-02-10 08:30:00';
    case 'integer': case 'number': return String(field.min ?? 1);
    case 'boolean': return '\u662f';
    case 'choice': return field.values[0].title;
    case 'region': return region;
    case 'address': return '\u6d77\u6ee8\u8def1\u53f7';
    default: return field.pattern ? '' : `e2e ${serial}`;
  }
}

// CSV text: `good` right rows, then one with a wrong last digit, one with a short phone, one without a required value.
// Returns {text, bad: [line numbers]}.
export function makeFile(resource, region, seed, good) {
  const fields = resource.fields;
  const row = (serial) => fields.map((field) => valueOf(field, serial, region));
  const at = (type) => fields.findIndex((field) => field.type === type);
  const rows = Array.from({ length: good }, (_, index) => row(seed + index));
  const wrong = [row(seed + good), row(seed + good + 1), row(seed + good + 2)];
  const id = wrong[0][at('citizen_id')];
  wrong[0][at('citizen_id')] = id.slice(0, 17) + (id[17] === '5' ? '6' : '5');
  wrong[1][at('phone')] = '1380000';
  wrong[2][fields.findIndex((field) => field.required)] = '';
  const lines = [fields.map((field) => field.title), ...rows, ...wrong].map((cells) => cells.join(','));
  return { text: lines.join('\n') + '\n', bad: wrong.map((_, index) => good + 2 + index) };
}
