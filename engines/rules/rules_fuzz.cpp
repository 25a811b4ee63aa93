// Any two texts as rule and data, in both dialects: never crashes, never hangs, and an explanation can be
// given.
#include <string_view>

#include "engines/rules/document.h"
#include "engines/rules/evaluator.h"
#include "engines/rules/explain.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace jingwei;
  using namespace jingwei::rules;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t split = text.find('\n');
  const std::string_view rule = text.substr(0, split);
  const auto facts = Document::parse(split == std::string_view::npos ? "null" : text.substr(split + 1));
  static Evaluator evaluator;
  for (const Dialect dialect : {Dialect::certlogic, Dialect::jingwei}) {
    CompileOptions options;
    options.dialect = dialect;
    options.file = "fuzz.json";
    const auto program = compile(rule, options);
    if (!program || !facts) continue;
    Trace trace;
    Surroundings with;
    with.now = from_micros(1'584'000'000'000'000);
    with.fuel = 20'000;
    with.watch_clock = true;
    with.trace = &trace;
    const auto answer = evaluator.evaluate(*program, facts->root(), with);
    if (answer) to_json(answer->value);
    if (answer && answer->may_change_at && *answer->may_change_at <= with.now && dialect == Dialect::jingwei)
      __builtin_trap();
    explain(*program, trace, Language::en);
  }
  return 0;
}
