-- Why a comparison failed: the sentence's id and what stands in it, parted by unit separators; empty otherwise.
ALTER TABLE registry_comparison ADD COLUMN failure TEXT NOT NULL DEFAULT '';
