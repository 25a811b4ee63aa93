// A watched folder: files dropped into it become batches, each once.
#pragma once

#include "modules/source/parts.h"

namespace jingwei::source {

// How a file is known to be complete: its size and time stood still over two looks, or `<name>.done` stands
// beside it (then it is removed with the file). Hidden names and those of unfinished copies (.part, .tmp,
// .crdownload, .filepart, ~$…) are left alone, as are folders and links.
//
// A file is copied into the uploads folder, submitted, and then moved to `taken/`; one that cannot be read
// goes to `failed/` with `<name>.reason.txt` beside it. Ended between two of these steps, the next look
// submits the same bytes, which ingest knows, and goes on from there.
std::unique_ptr<Intake> watch_folder(const SourceParts& parts, const Source& source);

// What a look into the folder shows now. Errors: not_found, denied.
Result<Trial> try_folder(const SourceParts& parts, const std::string& path);

}  // namespace jingwei::source
