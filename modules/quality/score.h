// The quality score: how well what a department supplies can be used, from 0 to 100, and what pulls it down.
//
// Pure, so that anybody can calculate it again from the counts that stand beside it (README.md has the
// formula in words).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace jingwei::quality {

// What came of a resource or a provider in some days. Rows unless something else is said.
struct Tally {
  std::int64_t accepted = 0;
  std::int64_t updated = 0;    // of the accepted: changed a record that stood
  std::int64_t unchanged = 0;  // of the accepted: said what stood already
  std::int64_t cleaned = 0;    // of the accepted: a value was tidied
  std::int64_t refused = 0;
  std::int64_t mended = 0;   // taken that were sent to mend a refused one
  std::int64_t loads = 0;    // files and the like
  std::int64_t on_time = 0;  // rounds of the rhythm that came by the end of the day they were due
  std::int64_t late = 0;     // rounds that came later, or not
  std::int64_t objected = 0;
  std::int64_t upheld = 0;    // objections the provider agreed to
  std::int64_t declined = 0;  // objections answered with a reason why not
  std::int64_t withdrawn = 0;
  std::int64_t answered_in_time = 0;  // objections
  std::int64_t answers_missed = 0;    // objections that became due without an answer

  std::int64_t rows() const { return accepted + refused; }
  std::int64_t created() const { return accepted - updated - unchanged; }
  Tally& operator+=(const Tally& other);
  Tally& operator-=(const Tally& other);
  bool operator==(const Tally&) const = default;
};

enum class Part : std::uint8_t { accuracy, repair, timeliness, objections };
inline constexpr std::array all_parts = {Part::accuracy, Part::repair, Part::timeliness, Part::objections};
std::string_view name_of(Part part);
// Of 100: accuracy 50, repair 15, timeliness 20, objections 15.
int weight_of(Part part);

struct PartScore {
  Part part = Part::accuracy;
  std::optional<double>
      value;        // 0 … 1; nothing when there was nothing to judge: the others then share its weight
  double lost = 0;  // points it takes from the 100
};

struct Score {
  std::optional<double> points;  // 0 … 100; nothing when no row came
  std::array<PartScore, all_parts.size()> parts{};
};

// points = 100 × Σ weight × value ÷ Σ weight, over the parts that have a value:
//   accuracy    (accepted − upheld, at least 0) ÷ (accepted + refused): an upheld objection is a row that was
//   wrong; repair      mended ÷ refused, at most 1; 1 when no row was refused: then nothing is left to mend;
//   timeliness  on_time ÷ (on_time + late); none when no round was due;
//   objections  answered_in_time ÷ (answered_in_time + answers_missed); none when none was due.
// No count is negative. One more refused, late or missed never raises the points; one more mended, on time or
// answered in time never lowers them.
Score score_of(const Tally& tally);

}  // namespace jingwei::quality
