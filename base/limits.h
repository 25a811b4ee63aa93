// Every limit of the kernel, by name. Routes may lower them in api.yaml, never raise them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace jingwei::limits {

// http
inline constexpr std::size_t header_bytes = 16 * 1024;
inline constexpr std::size_t json_body_bytes = 1 << 20;
inline constexpr std::uint64_t upload_bytes = 2ULL << 30;
inline constexpr std::size_t url_bytes = 4 * 1024;
inline constexpr std::size_t connections = 10'000;
inline constexpr std::size_t pipelined_requests = 64;
inline constexpr std::size_t event_stream_backlog_bytes = 1 << 20;
inline constexpr std::chrono::seconds header_deadline{10};
inline constexpr std::chrono::seconds body_stall_deadline{20};
inline constexpr std::chrono::seconds idle_deadline{75};
inline constexpr std::chrono::seconds drain_deadline{20};
inline constexpr std::size_t page_size_default = 50;
inline constexpr std::size_t page_size_most = 500;

// schema
inline constexpr std::size_t json_depth = 32;
inline constexpr std::size_t yaml_bytes = 1 << 20;
inline constexpr std::size_t yaml_nodes = 100'000;

// storage
inline constexpr int decide_attempts = 5;
inline constexpr std::size_t change_writes = 100'000;
inline constexpr std::size_t group_changes = 512;
inline constexpr std::size_t commit_queue = 65'536;
inline constexpr std::chrono::milliseconds bulk_slice_time{20};
inline constexpr std::size_t feed_page_events = 4'096;
inline constexpr std::chrono::seconds transaction_open{5};
inline constexpr std::int64_t id_block = 4'096;

// ingest
inline constexpr std::size_t row_bytes = 1 << 20;
inline constexpr std::size_t row_fields = 1'024;
inline constexpr std::size_t bulk_slice_rows = 8'000;
inline constexpr std::size_t portion_bytes = 8 << 20;  // of read rows, after which a slice is cut
inline constexpr std::size_t packed_rows_least = 256;  // new records that are worth a slice of their own
inline constexpr std::size_t slice_bytes = 64 << 20;   // of one slice, unpacked
inline constexpr std::size_t slice_keys_kept_bytes = 64 << 20;  // keys of slices in memory, per resource
inline constexpr std::size_t refused_original_bytes = 16 * 1024;
inline constexpr std::size_t batch_notes = 50;
inline constexpr std::uint64_t unpacked_bytes = 64ULL << 30;        // of one compressed file
inline constexpr std::uint64_t unpack_ratio = 250;                  // unpacked : packed, beyond…
inline constexpr std::uint64_t unpack_ratio_from_bytes = 16 << 20;  // …this much
inline constexpr std::size_t archive_entries = 10'000;
inline constexpr std::size_t archive_data_files = 200;
inline constexpr std::size_t archived_workbook_bytes = 64 << 20;  // a workbook inside a zip stands in memory
inline constexpr std::size_t workbook_part_bytes = 16 << 20;      // of the parts that are read whole
inline constexpr std::size_t workbook_text_bytes = 256 << 20;     // shared strings
inline constexpr std::size_t workbook_sheets = 200;
inline constexpr std::size_t workbook_merges = 100'000;
inline constexpr std::size_t compound_names = 4'096;       // read of the directory of an old Office file
inline constexpr std::size_t header_rows = 30;             // how far down a table's header is looked for
inline constexpr std::size_t synonym_words = 2'000;        // of one field's list
inline constexpr std::size_t synonym_length = 60;          // code points
inline constexpr std::size_t suggested_rows = 500;         // refused rows read for words nobody knows
inline constexpr std::size_t regions_in_filter = 200'000;  // regions one `under` filter may name
inline constexpr std::size_t keys_at_once = 500;  // records met by their keys that are open at a time

// spreadsheet and forms
inline constexpr std::size_t workbook_rows = 1'048'576;          // of a sheet (Excel's own limit)
inline constexpr std::size_t workbook_cell_characters = 32'767;  // UTF-16 units (Excel's own limit)
inline constexpr std::size_t workbook_comments = 5'000;          // of a workbook that goes out
inline constexpr std::size_t workbook_out_bytes = 256 << 20;     // of a workbook that goes out
inline constexpr std::size_t records_out_rows = 100'000;         // of a list of records as a workbook
inline constexpr std::size_t form_bytes = 8 << 20;               // of a form that is uploaded
inline constexpr std::size_t form_unpacked_bytes = 96 << 20;     // of all parts of a form together
inline constexpr std::size_t form_sheets = 32;
inline constexpr std::size_t form_columns = 256;
inline constexpr std::size_t form_cells = 300'000;      // on one sheet of a form
inline constexpr std::size_t form_merged = 10'000;      // joined ranges on one sheet
inline constexpr std::size_t form_rows = 5'000;         // rows of a form that are filled
inline constexpr std::size_t template_rows = 5'000;     // rows of a template that bear checks
inline constexpr std::size_t template_regions = 3'000;  // regions in a template's drop-down list

// fhir
inline constexpr std::size_t fhir_bytes = 32 << 20;  // of one document
inline constexpr std::size_t fhir_depth = 64;
inline constexpr std::size_t fhir_resources = 50'000;     // in one document, contained ones included
inline constexpr std::size_t fhir_lines_bytes = 8 << 20;  // lines of resources that are read together
inline constexpr std::size_t fhir_kept_bytes = 16 << 20;  // patients, reports … kept for lines behind them
inline constexpr std::size_t fhir_columns = 1'000;        // of one file; what goes beyond is in `rest`
inline constexpr std::size_t fhir_open_columns = 800;     // of them; the others are for paths fields ask for
inline constexpr std::size_t fhir_leaves = 20'000;        // of one row: result, report, patient together
inline constexpr std::size_t fhir_elements = 32;          // of one list that become columns
inline constexpr std::size_t fhir_reference_depth = 3;    // patient → hospital → …

// ingest: uploads in pieces
inline constexpr std::uint64_t upload_piece_bytes = 16ULL << 20;
inline constexpr std::size_t open_uploads = 64;
inline constexpr std::chrono::hours upload_abandoned{
    72};  // without a piece for so long, an upload is removed

// operations
inline constexpr std::size_t backup_row_bytes = 64 << 20;
inline constexpr std::size_t backup_manifest_bytes = 16 << 20;
inline constexpr std::chrono::milliseconds backup_settle{10'000};  // for a moment with nothing half under way
// catalog
inline constexpr std::size_t resource_fields = 500;       // of one resource
inline constexpr std::size_t field_sources = 32;          // of one field's `from`
inline constexpr std::size_t catalog_resources = 10'000;  // of one catalogue, drafts included
inline constexpr std::size_t catalog_list = 5'000;        // demands or responsibilities one answer lists
inline constexpr std::size_t search_text = 200;           // code points of a search
inline constexpr std::chrono::hours catalog_notice_age{24 * 366};  // reminders and the like are kept a year
inline constexpr std::chrono::hours demand_answer_time{240};  // a demand is to be answered within ten days

// region
inline constexpr std::size_t region_matches = 200;
inline constexpr std::size_t region_load_writes = 10'000;  // of one Change of a file of regions

// source
inline constexpr std::size_t sources = 200;
inline constexpr std::size_t source_setting_bytes = 16 * 1024;
inline constexpr std::size_t source_query_bytes = 16 * 1024;
inline constexpr std::size_t source_files_at_once = 10'000;  // names of one look into a folder
inline constexpr std::size_t pulled_columns = 1'024;
inline constexpr std::size_t pulled_cell_bytes = 256 * 1024;
inline constexpr std::size_t mqtt_topic_bytes = 1'024;
inline constexpr std::size_t mqtt_payload_bytes = 256 * 1024;
inline constexpr std::size_t mqtt_array_items = 1'000;
inline constexpr std::size_t mqtt_group_messages = 1'000;
inline constexpr std::size_t mqtt_remembered_messages = 200'000;  // known when they come again
inline constexpr std::size_t mqtt_remembered_groups = 20'000;
inline constexpr std::uint64_t mqtt_segment_bytes = 64 << 20;
inline constexpr std::size_t mqtt_waiting_groups = 1'000;  // then nothing more is acknowledged
inline constexpr std::size_t term_purposes = 50;           // of one source's terms

// source: questions to departments that give no copies
inline constexpr std::size_t source_questions = 50;  // of one source
inline constexpr std::size_t question_inputs = 20;
inline constexpr std::size_t question_input_characters = 200;
inline constexpr std::size_t question_headers = 20;
inline constexpr std::size_t question_answer_bytes = 64 * 1024;  // of what a department answers
inline constexpr std::size_t question_answer_headers = 16 * 1024;
inline constexpr std::size_t question_answer_depth = 16;
inline constexpr std::size_t question_value_characters = 1'000;
inline constexpr std::size_t questions_under_way =
    5;  // waited for by one process: fewer than its pool's threads
inline constexpr std::size_t question_calls_at_once = 16;  // to one source, at the very most
inline constexpr std::chrono::milliseconds question_time_least{50};
inline constexpr std::chrono::milliseconds question_time_most{10'000};
inline constexpr std::chrono::seconds question_cache_most{30 * 86'400};
inline constexpr std::int64_t questions_a_minute = 6'000;
inline constexpr int question_failures_to_open = 5;             // in a row; then the breaker opens
inline constexpr std::chrono::seconds question_rest{30};        // how long it stays open at first
inline constexpr std::chrono::seconds question_rest_most{600};  // doubled with every failed probe, up to this

}  // namespace jingwei::limits
