// Departments, their resources, and what went wrong in their files.
const providers = {
  police: ['公安局', 'Public Security Bureau'], market: ['市场监管局', 'Market Regulation'], health: ['卫生健康局', 'Health Commission'],
  grid: ['社会治理中心', 'Community Governance Centre'], transport: ['交通运输局', 'Transport Bureau'], hotline: ['12345 热线', '12345 Hotline'],
};
const field = (name, zh, en, type, extra = {}) => ({ name, zh, en, type, required: false, personal: 'none', ...extra });
const name = field('name', '姓名', 'Name', 'person_name', { personal: 'name', required: true, max_length: 40 });
const id = field('citizen_id', '身份证号', 'Citizen ID', 'citizen_id', { personal: 'identifier', required: true });
const phone = field('phone', '手机号', 'Phone', 'phone', { personal: 'contact' });
const grid = field('grid', '所在网格', 'Grid', 'region', { required: true });
const sex = field('sex', '性别', 'Sex', 'choice', { personal: 'basic', values: [{ id: 'male', zh: '男', en: 'Male' }, { id: 'female', zh: '女', en: 'Female' }] });
export const resources = [
  ['resident-register', '常住人口登记', 'Resident register', '户籍与常住人口的基本信息，按网格登记。', 'Basic facts of residents, registered by grid.', 'police', 'conditional', 'daily',
    [name, id, sex, phone, field('address', '住址', 'Address', 'address', { personal: 'address' }), grid, field('registered_on', '登记日期', 'Registered on', 'date')]],
  ['company-register', '市场主体登记', 'Company register', '企业与个体工商户的登记信息。', 'Registered companies and sole traders.', 'market', 'unconditional', 'weekly',
    [field('title', '企业名称', 'Company name', 'text', { required: true, max_length: 120 }), field('credit_code', '统一社会信用代码', 'Credit code', 'credit_code', { required: true }), field('staff', '从业人数', 'Staff', 'integer', { min: 0, max: 200000 }), grid]],
  ['pcr-tests', '核酸检测结果', 'PCR test results', '各采样点当日上传的检测结果。', 'Results sent daily by the sampling points.', 'health', 'conditional', 'realtime',
    [name, id, field('sampled_at', '采样时间', 'Sampled at', 'datetime', { required: true }), field('result', '结果', 'Result', 'choice', { personal: 'health', values: [{ id: 'negative', zh: '阴性', en: 'Negative' }, { id: 'positive', zh: '阳性', en: 'Positive' }] }), grid]],
  ['declarations', '健康申报', 'Health declarations', '居民自行申报的体温与症状。', 'Temperature and symptoms as declared by residents.', 'grid', 'conditional', 'realtime',
    [name, phone, field('temperature', '体温', 'Temperature', 'number', { personal: 'health', min: 34, max: 43 }), field('fever', '是否发热', 'Fever', 'boolean', { personal: 'health' }), grid]],
  ['arrivals', '来返人员', 'Arrivals', '从市外返回人员的登记。', 'People who came back from outside the city.', 'transport', 'conditional', 'daily', [name, id, phone, field('arrived_on', '到达日期', 'Arrived on', 'date', { required: true }), grid]],
  ['hotline', '热线诉求', 'Hotline requests', '市民热线的诉求记录。', 'Requests made to the citizens’ hotline.', 'hotline', 'none', 'realtime', [field('subject', '诉求内容', 'Subject', 'text', { required: true, max_length: 500 }), phone, grid]],
].map(([rid, zh, en, dzh, den, provider, sharing, update, fields]) => ({ id: rid, zh, en, dzh, den, provider, sharing, update, fields, accepted: 0, cleaned: 0, refused: 0, unchanged: 0 }));
export const providerOf = (key, language) => ({ id: key, title: providers[key][language === 'zh' ? 0 : 1] });

export const reasons = {
  'citizen_id.checksum': { zh: '身份证号校验位不符', en: 'Citizen ID fails its checksum', field: 'citizen_id', szh: (v) => `身份证号“${v}”的最后一位与校验规则不符，请核对。`, sen: (v) => `The last digit of citizen ID “${v}” does not match its checksum; please check it.` },
  'phone.length': { zh: '手机号位数不对', en: 'Phone has the wrong length', field: 'phone', szh: (v) => `手机号“${v}”应为 11 位数字。`, sen: (v) => `Phone “${v}” must have 11 digits.` },
  'region.unknown': { zh: '找不到所填网格', en: 'Grid is not known', field: 'grid', szh: (v) => `没有名为“${v}”的网格，请填写网格编码或全名。`, sen: (v) => `There is no grid called “${v}”; give its code or full name.` },
  'required.missing': { zh: '必填项为空', en: 'Required value is missing', field: 'name', szh: () => '姓名不能为空。', sen: () => 'The name must not be empty.' },
  'date.form': { zh: '日期无法识别', en: 'Date cannot be read', field: 'registered_on', szh: (v) => `“${v}”不是可识别的日期，例如 2020-02-14。`, sen: (v) => `“${v}” is not a date such as 2020-02-14.` },
};
