#include "sim/extracts.h"

namespace jingwei::sim {

namespace {

using R = ColumnRole;

const std::vector<Synonyms> sex_words = {{"男", {"M", "1", "男性"}}, {"女", {"F", "2", "女性"}}};
const std::vector<Synonyms> yes_words = {{"是", {"Y", "1", "有"}}, {"否", {"N", "0", "无"}}};

std::vector<ExtractKind> make_kinds() {
  const Rates usual = usual_rates();
  std::vector<ExtractKind> kinds;
  kinds.push_back({ExtractId::resident_register,
                   "resident-register",
                   "public-security",
                   "01-public-security-resident-register",
                   Encoding::gb18030,
                   Format::csv,
                   ',',
                   "\r\n",
                   DateForm::iso,
                   {{"姓名", R::name},
                    {"性别", R::choice, &sex_words},
                    {"民族", R::text},
                    {"公民身份号码", R::citizen_id},
                    {"出生日期", R::date},
                    {"户籍类型", R::text},
                    {"与户主关系", R::text},
                    {"户号", R::text},
                    {"联系电话", R::phone},
                    {"住址", R::address},
                    {"网格编码", R::region},
                    {"核查日期", R::date}},
                   usual});
  kinds.push_back({ExtractId::fever_visits,
                   "fever-visits",
                   "health-commission",
                   "02-health-commission-fever-visits",
                   Encoding::utf8_bom,
                   Format::csv,
                   ',',
                   "\n",
                   DateForm::iso,
                   {{"就诊编号", R::text},
                    {"医疗机构", R::text},
                    {"患者姓名", R::name},
                    {"证件号码", R::citizen_id},
                    {"性别", R::choice, &sex_words},
                    {"年龄", R::text},
                    {"手机号", R::phone},
                    {"就诊日期", R::date},
                    {"体温", R::number},
                    {"主要症状", R::text},
                    {"核酸结果", R::text},
                    {"居住网格", R::region}},
                   usual.with(Mistake::number_unit, 0.020)
                       .with(Mistake::missing_value, 0.020)
                       .with(Mistake::name_homophone, 0.015)});
  kinds.push_back({ExtractId::elderly_care,
                   "elderly-care",
                   "civil-affairs",
                   "03-civil-affairs-elderly-care",
                   Encoding::utf8,
                   Format::jsonl,
                   ',',
                   "\n",
                   DateForm::iso,
                   {{"姓名", R::name},
                    {"性别", R::choice, &sex_words},
                    {"身份证号", R::citizen_id},
                    {"年龄", R::number},
                    {"类别", R::text},
                    {"联系电话", R::phone},
                    {"联系人", R::text},
                    {"每周探访次数", R::number},
                    {"住址", R::address},
                    {"网格编码", R::region},
                    {"最近探访日期", R::date}},
                   usual.with(Mistake::id_15, 0.050).with(Mistake::missing_value, 0.015)});
  kinds.push_back({ExtractId::employment,
                   "employment",
                   "human-resources",
                   "04-human-resources-employment",
                   Encoding::utf8,
                   Format::csv,
                   ';',
                   "\n",
                   DateForm::serial,
                   {{"单位名称", R::text},
                    {"统一社会信用代码", R::credit_code},
                    {"姓名", R::name},
                    {"证件号码", R::citizen_id},
                    {"移动电话", R::phone},
                    {"岗位", R::text},
                    {"缴费基数", R::number},
                    {"参保日期", R::date},
                    {"到岗日期", R::date},
                    {"单位所在网格", R::region}},
                   usual.with(Mistake::phone_excel, 0.020)
                       .with(Mistake::id_excel, 0.006)
                       .with(Mistake::date_form, 0.060)});
  kinds.push_back({ExtractId::household_visits,
                   "household-visits",
                   "housing",
                   "05-housing-household-visits",
                   Encoding::gb18030,
                   Format::csv,
                   ',',
                   "\n",
                   DateForm::dotted,
                   {{"走访编号", R::text},
                    {"网格编码", R::region},
                    {"小区", R::text},
                    {"楼栋", R::text},
                    {"单元", R::text},
                    {"房号", R::text},
                    {"户主姓名", R::name},
                    {"户主电话", R::phone},
                    {"居住人数", R::number},
                    {"是否租住", R::choice, &yes_words},
                    {"详细地址", R::address},
                    {"走访日期", R::date},
                    {"走访情况", R::text},
                    {"网格员", R::text}},
                   usual.with(Mistake::old_address, 0.060)
                       .with(Mistake::short_address, 0.120)
                       .with(Mistake::fields_swapped, 0.008)
                       .with(Mistake::number_unit, 0.020)
                       .with(Mistake::region_name, 0.015)});
  kinds.push_back({ExtractId::enterprises,
                   "enterprises",
                   "market-supervision",
                   "06-market-supervision-enterprises",
                   Encoding::utf8,
                   Format::csv,
                   ',',
                   "\n",
                   DateForm::iso,
                   {{"企业名称", R::text},
                    {"统一社会信用代码", R::credit_code},
                    {"法定代表人", R::name},
                    {"联系电话", R::phone},
                    {"行业", R::text},
                    {"从业人数", R::number},
                    {"成立日期", R::date},
                    {"注册地址", R::address},
                    {"所在网格", R::region},
                    {"复工备案日期", R::date}},
                   usual.with(Mistake::number_unit, 0.015)});
  kinds.push_back({ExtractId::arrivals,
                   "arrivals",
                   "transport",
                   "07-transport-arrivals",
                   Encoding::utf8,
                   Format::jsonl,
                   ',',
                   "\n",
                   DateForm::iso,
                   {{"登记编号", R::text},
                    {"姓名", R::name},
                    {"证件号", R::citizen_id},
                    {"手机", R::phone},
                    {"来源地", R::text},
                    {"交通方式", R::text},
                    {"班次", R::text},
                    {"座位", R::text},
                    {"到达时间", R::datetime},
                    {"到达日期", R::date},
                    {"目的地网格", R::region},
                    {"体温", R::number}},
                   usual.with(Mistake::date_form, 0.080)
                       .with(Mistake::region_name, 0.015)
                       .with(Mistake::number_unit, 0.010)});
  kinds.push_back({ExtractId::venues,
                   "venues",
                   "commerce",
                   "08-commerce-venues",
                   Encoding::utf8,
                   Format::csv,
                   '\t',
                   "\n",
                   DateForm::iso,
                   {{"场所编号", R::text},
                    {"场所名称", R::text},
                    {"类别", R::text},
                    {"容量", R::number},
                    {"负责人", R::name},
                    {"联系电话", R::phone},
                    {"地址", R::address},
                    {"网格编码", R::region},
                    {"登记日期", R::date}},
                   usual.with(Mistake::number_unit, 0.020)});
  kinds.push_back({ExtractId::self_declarations,
                   "self-declarations",
                   "data-bureau",
                   "09-data-bureau-self-declarations-",
                   Encoding::utf8,
                   Format::jsonl,
                   ',',
                   "\n",
                   DateForm::iso,
                   {{"name", R::name},
                    {"citizen_id", R::citizen_id},
                    {"phone", R::phone},
                    {"grid", R::region},
                    {"temperature", R::number},
                    {"symptoms", R::text},
                    {"contact", R::choice, &yes_words},
                    {"left_city", R::text},
                    {"day", R::date},
                    {"declared_at", R::datetime}},
                   usual.with(Mistake::missing_value, 0.003)
                       .with(Mistake::date_form, 0.004)
                       .with(Mistake::region_short, 0.002)
                       .with(Mistake::duplicate_exact, 0.010)
                       .with(Mistake::stray_space, 0.020)});
  return kinds;
}

}  // namespace

const std::vector<ExtractKind>& extract_kinds() {
  static const std::vector<ExtractKind> kinds = make_kinds();
  return kinds;
}

}  // namespace jingwei::sim
