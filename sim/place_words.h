// Stems of the invented place names, two characters each. Each was compared with every province, city,
// district, street and town of the country: none begins with one of them.
#pragma once

#include <string_view>

namespace jingwei::sim {

inline constexpr std::string_view district_stems =
    "望汐听澜鹭屿栖霁沐岚锦汐枫屿琴汀澄汐岚渚星汀朝汐墨屿槿澜芷汀蘅屿荻浦晴渚珀湾鲸湾溪澜霁澜";
inline constexpr std::string_view town_stems =
    "听湾岚涛望屿临霞星澜望浦珊坞揽桥晓湾珊湾鲸澜槿桥枫霞映桥映霞悦坞芷桥蘅涛琴湾珊涛棠潮槿浦鸥屿荻湾荻汐霁霞"
    "澄渚鲸岫蘅浦芷渚揽浦芷澜"
    "晚澳映湾岚坞槿坞晴潮鹭澜晴澜晚涛珀坞墨霞珀澜映汐听潮鹭霞星岫珀汀蘅潮晚屿映澳栖屿晴汐珀霞揽澳墨澳鲸霞蘅澜"
    "枫汐琴汐朝坞晚澜槿澳朝澳"
    "栖渚鹭汐岚潮荻坞晚坞朝渚珊霞听澳听桥霁汀鹭渚荻汀鹭潮晚桥鸥岫晴霞澄屿悦汐星浦澄涛珊渚琴坞枫澳棠湾栖潮晚岫"
    "映坞鸥汐琴涛望桥栖涛晴浦"
    "澄澳晴坞鸥桥槿渚鹭岫蘅桥星屿揽湾临坞芷坞朝涛鹭桥枫浦揽屿朝潮鲸屿琴澜星湾琴潮临湾鹭坞映浦锦屿珊汐栖汀鹭汀"
    "映涛珀桥晓汀晚渚朝屿揽涛"
    "听汐琴岫星霞鹭澳望岫霁浦映渚槿潮晴澳鹭涛鸥坞望涛蘅汀墨渚悦霞荻潮霁涛荻澜鸥涛听涛悦澳芷潮棠桥临岫临汀朝岫"
    "荻屿晓坞蘅坞棠屿晴涛临屿"
    "岚屿墨汐沐潮岚霞沐涛棠岫岚澳槿汐悦浦晴岫珊澜芷湾沐汀锦汀锦湾栖坞墨坞墨潮锦坞岚浦沐浦星涛芷霞锦澜鸥霞锦浦"
    "岚岫枫潮锦岫墨澜悦岫栖汐"
    "琴渚霁渚枫渚沐霞鸥澳鲸坞栖湾晚浦珊岫悦汀珊汀听霞鸥湾沐澳星汐墨浦临澳晚汀澄汀栖澳揽岫澄湾晴桥栖浦悦渚晓汐"
    "锦涛棠汐栖岫晓渚锦渚晓桥"
    "鲸汐芷涛鲸渚晴湾锦潮星澳墨岫芷浦听渚揽坞澄澜晴屿临渚揽汐澄岫槿屿荻澳朝桥蘅湾晚霞珀岫珀涛映澜珊澳墨涛星潮"
    "槿涛望湾岚汀荻岫栖澜揽汀";

// First and second characters of community names; these are free, as names of communities tell nothing of a
// place.
inline constexpr std::string_view community_first =
    "云月海和安乐福康宁春夏秋金银玉珠翠碧青蓝白红紫长永新文德仁义礼智信友";
inline constexpr std::string_view community_second =
    "港湖苑庭园里坊巷岭坡洲滩田井泉林竹柳桂莲荷兰梅塘围村舍台阁门";
inline constexpr std::string_view compound_first =
    "翡翠云海金碧蓝湾香樟碧水锦绣阳光星河紫荆望江听雨东方城市滨海枫丹银杏玉兰";
inline constexpr std::string_view compound_last = "花园家园名苑雅居公寓新村华庭小区";

}  // namespace jingwei::sim
