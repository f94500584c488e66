"""SQL that models cannot say: functions, triggers, the indexes of the search; created by the first migration alone."""

from __future__ import annotations

EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION lift_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: rows are never changed', TG_OP, TG_TABLE_NAME USING ERRCODE = '23514';
END $$
"""

REFUSE_CHANGE_OF_PUBLISHED = """
CREATE OR REPLACE FUNCTION lift_refuse_change_of_published() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE version_state text;
BEGIN
  IF TG_TABLE_NAME = 'module_version' THEN
    IF OLD.state IN ('published', 'retired') AND
       (TG_OP = 'DELETE' OR (to_jsonb(NEW) - ARRAY['state', 'retired_at']) <> (to_jsonb(OLD) - ARRAY['state', 'retired_at'])
        OR NEW.state NOT IN ('published', 'retired')) THEN
      RAISE EXCEPTION 'published content is never changed' USING ERRCODE = '23514';
    END IF;
  ELSE
    SELECT state INTO version_state FROM module_version
      WHERE id = (CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END);
    IF version_state IN ('published', 'retired') THEN
      RAISE EXCEPTION 'published content is never changed' USING ERRCODE = '23514';
    END IF;
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""

FOUR_EYES = """
CREATE OR REPLACE FUNCTION lift_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'module_review' THEN
    IF NEW.decision = 'approved' AND EXISTS (
      SELECT FROM module_version v WHERE v.id = NEW.version_id AND NEW.reviewer_id = ANY (v.author_ids)) THEN
      RAISE EXCEPTION 'nobody approves their own work' USING ERRCODE = '23514';
    END IF;
  ELSIF NEW.state = 'published' AND OLD.state <> 'published' AND cardinality(NEW.author_ids) > 0 AND NOT EXISTS (
    SELECT FROM module_review r WHERE r.version_id = NEW.id AND r.decision = 'approved'
      AND NOT r.reviewer_id = ANY (NEW.author_ids) AND r.organisation_id IS DISTINCT FROM NEW.organisation_id) THEN
    RAISE EXCEPTION 'published without an approval by another partner' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$
"""

PLAIN = """
CREATE OR REPLACE FUNCTION lift_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(public.unaccent('public.unaccent'::regdictionary, coalesce(said, '')))
$$
"""

PLAIN_TEXTS = """
CREATE OR REPLACE FUNCTION lift_plain_texts(texts jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT public.lift_plain(concat_ws(' ', texts->>'en', texts->>'it', texts->>'de'))
$$
"""

WORDS = """
CREATE OR REPLACE FUNCTION lift_words(texts jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('pg_catalog.english', public.lift_plain(texts->>'en'))
    || to_tsvector('pg_catalog.italian', public.lift_plain(texts->>'it'))
    || to_tsvector('pg_catalog.german', public.lift_plain(texts->>'de'))
    || to_tsvector('pg_catalog.simple', public.lift_plain_texts(texts))
$$
"""
"""Words of a text in several languages, each stemmed as its language does, and as they stand; accents do not count."""

ASKED = """
CREATE OR REPLACE FUNCTION lift_asked(typed text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT websearch_to_tsquery('pg_catalog.english', p) || websearch_to_tsquery('pg_catalog.italian', p)
    || websearch_to_tsquery('pg_catalog.german', p) || websearch_to_tsquery('pg_catalog.simple', p)
  FROM public.lift_plain(typed) AS p
$$
"""

FUNCTIONS = (REFUSE_CHANGE, REFUSE_CHANGE_OF_PUBLISHED, FOUR_EYES, PLAIN, PLAIN_TEXTS, WORDS, ASKED)
FUNCTION_NAMES = (
    "lift_refuse_change", "lift_refuse_change_of_published", "lift_four_eyes", "lift_asked", "lift_words",
    "lift_plain_texts", "lift_plain",
)  # fmt: skip
TITLE = "lift_plain_texts(title)"
SEARCHED = "lift_words(title) || lift_words(summary) || lift_words(gain)"
"""What a search looks through in a module version; the index holds exactly this expression."""

APPEND_ONLY = ("audit_entry", "pool_ledger", "claim_released", "aid_grant", "use_month", "use_fact")
PUBLISHED = ("module_version", "module_step", "module_media")


def trigger_statements() -> list[str]:
    """One statement per trigger, and per index of the search."""
    never = [
        f"CREATE TRIGGER {t}_append_only BEFORE UPDATE OR DELETE ON {t} "
        "FOR EACH ROW EXECUTE FUNCTION lift_refuse_change()"
        for t in APPEND_ONLY
    ]
    published = [
        f"CREATE TRIGGER {t}_published_is_final BEFORE {'' if t == 'module_version' else 'INSERT OR '}UPDATE OR DELETE "
        f"ON {t} FOR EACH ROW EXECUTE FUNCTION lift_refuse_change_of_published()"
        for t in PUBLISHED
    ]
    four_eyes = [
        f"CREATE TRIGGER {t}_four_eyes BEFORE {when} ON {t} FOR EACH ROW EXECUTE FUNCTION lift_four_eyes()"
        for t, when in (("module_review", "INSERT OR UPDATE"), ("module_version", "UPDATE"))
    ]
    kept = "WITH (fastupdate = off) WHERE state = 'published'"
    search = [
        f"CREATE INDEX search_module_words ON module_version USING gin (({SEARCHED})) {kept}",
        f"CREATE INDEX search_module_title ON module_version USING gin ({TITLE} gin_trgm_ops) {kept}",
    ]
    return never + published + four_eyes + search
