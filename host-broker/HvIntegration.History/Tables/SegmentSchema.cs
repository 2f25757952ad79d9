using HvIntegration.History.Files;
using HvIntegration.History.Times;

namespace HvIntegration.History.Tables;

/// <summary>Tables of the files of history, format <see cref="HistoryFolder.FormatVersion"/>; docs/history.md explains them.</summary>
/// <remarks>
/// Values that were read at one time sit in one row as a list. Which series they belong to is said once per file, in <c>set_member</c>:
/// a row names its set, and position n of the list is member n of the set. This is about a tenth of the rows of one value a row.
/// </remarks>
internal static class SegmentSchema
{
    /// <summary>Metric id under which derived signals are stored; their id is the instance.</summary>
    public const ushort SignalMetricId = 0;

    private const string Dictionaries = """
        CREATE TABLE {0}.meta(format INTEGER NOT NULL, tier VARCHAR NOT NULL, created_ns BIGINT NOT NULL);
        CREATE TABLE {0}.partition(id INTEGER NOT NULL, guid UUID NOT NULL);
        CREATE TABLE {0}.partition_info(partition INTEGER NOT NULL, revision BIGINT NOT NULL, name VARCHAR NOT NULL, state TINYINT NOT NULL, virtual_processors INTEGER NOT NULL, cpu_limit DOUBLE, memory_max DOUBLE, agent_address VARCHAR);
        CREATE TABLE {0}.series(id INTEGER NOT NULL, metric USMALLINT NOT NULL, instance VARCHAR NOT NULL);
        CREATE TABLE {0}.set_member(set_id INTEGER NOT NULL, position INTEGER NOT NULL, series INTEGER NOT NULL);
        """;

    private const string Raw = """
        CREATE TABLE {0}.commit_log(id BIGINT NOT NULL, at_ns BIGINT NOT NULL);
        CREATE TABLE {0}.progress(partition UUID NOT NULL, boot UUID NOT NULL, sequence UBIGINT NOT NULL, at_ns BIGINT NOT NULL);
        CREATE TABLE {0}.boot(id INTEGER NOT NULL, partition INTEGER NOT NULL, boot UUID NOT NULL);
        CREATE TABLE {0}.clock(boot INTEGER NOT NULL, t1_host BIGINT NOT NULL, t2_guest BIGINT NOT NULL, t3_guest BIGINT NOT NULL, t4_host BIGINT NOT NULL);
        CREATE TABLE {0}.batch(commit_id BIGINT NOT NULL, host_ns BIGINT NOT NULL, boot INTEGER NOT NULL, sequence UBIGINT NOT NULL, start_ns BIGINT NOT NULL, processes_total INTEGER NOT NULL, wall_ns BIGINT);
        CREATE TABLE {0}.guest(host_ns BIGINT NOT NULL, boot INTEGER NOT NULL, set_id INTEGER NOT NULL, start_ns BIGINT NOT NULL, span_ns BIGINT NOT NULL, vals DOUBLE[] NOT NULL);
        CREATE TABLE {0}.host(commit_id BIGINT NOT NULL, host_ns BIGINT NOT NULL, partition INTEGER NOT NULL, form TINYINT NOT NULL, set_id INTEGER NOT NULL, span_ns BIGINT NOT NULL, vals DOUBLE[] NOT NULL, qualities TINYINT[] NOT NULL);
        CREATE TABLE {0}.native(metric USMALLINT NOT NULL, instance VARCHAR NOT NULL, name VARCHAR NOT NULL);
        CREATE TABLE {0}.process(id INTEGER NOT NULL, boot INTEGER NOT NULL, pid INTEGER NOT NULL, start_ms UBIGINT NOT NULL, name VARCHAR NOT NULL, command_hash UBIGINT NOT NULL, user_id UINTEGER NOT NULL, parent_pid INTEGER NOT NULL, session_id UINTEGER NOT NULL);
        CREATE TABLE {0}.process_read(host_ns BIGINT NOT NULL, boot INTEGER NOT NULL, read_ns BIGINT NOT NULL, processes INTEGER[] NOT NULL, cpu_user_us BIGINT[] NOT NULL, cpu_system_us BIGINT[] NOT NULL, run_wait_us BIGINT[] NOT NULL, resident BIGINT[] NOT NULL, private BIGINT[] NOT NULL, major_faults BIGINT[] NOT NULL, read_bytes BIGINT[] NOT NULL, write_bytes BIGINT[] NOT NULL, threads INTEGER[] NOT NULL, states VARCHAR NOT NULL, handles BIGINT[] NOT NULL);
        CREATE TABLE {0}.report(commit_id BIGINT NOT NULL, second BIGINT NOT NULL, partition INTEGER NOT NULL, has_guest BOOLEAN NOT NULL, has_host BOOLEAN NOT NULL, set_id INTEGER NOT NULL, vals REAL[] NOT NULL, errors REAL[] NOT NULL, qualities TINYINT[] NOT NULL, hypothesis VARCHAR NOT NULL, side TINYINT NOT NULL, probability DOUBLE NOT NULL, title VARCHAR NOT NULL, sentence VARCHAR NOT NULL, what_helps VARCHAR NOT NULL, episode_onset BIGINT, severity DOUBLE);
        """;

    private const string Windows = """
        CREATE TABLE {0}.window_done(start BIGINT NOT NULL, commit_id BIGINT NOT NULL);
        CREATE TABLE {0}.window_values(start BIGINT NOT NULL, partition INTEGER NOT NULL, set_id INTEGER NOT NULL, means REAL[] NOT NULL, mins REAL[] NOT NULL, maxs REAL[] NOT NULL, counts USMALLINT[] NOT NULL);
        CREATE TABLE {0}.window_verdict(start BIGINT NOT NULL, partition INTEGER NOT NULL, hypothesis VARCHAR NOT NULL, side TINYINT NOT NULL, first_second BIGINT NOT NULL, last_second BIGINT NOT NULL, seconds INTEGER NOT NULL, probability DOUBLE NOT NULL, title VARCHAR NOT NULL, sentence VARCHAR NOT NULL, what_helps VARCHAR NOT NULL, episode_onset BIGINT, severity DOUBLE);
        """;

    /// <summary>Statements that make the tables of a file.</summary>
    public static string Create(HistoryTier tier, string alias) =>
        (Dictionaries + "\n" + (tier == HistoryTier.Second ? Raw : Windows)).Replace("{0}", alias + ".main", StringComparison.Ordinal) + "\n" + GapTable.Create(tier, alias);

    /// <summary>Host time and commit of every row of a raw file that lies where its commit can have put it: a guest's claim of another year is none.</summary>
    /// <param name="alias">File, with its schema.</param>
    /// <param name="secondHours">How long raw counters are kept.</param>
    public static string PlacedRows(string alias, int secondHours) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"""
        SELECT r.host_ns, r.commit_id FROM (
          SELECT host_ns, commit_id FROM {alias}.batch
          UNION ALL SELECT host_ns, commit_id FROM {alias}.host
          UNION ALL SELECT second * 1000000000, commit_id FROM {alias}.report WHERE second BETWEEN 0 AND 9223372036) r
        JOIN {alias}.commit_log c ON c.id = r.commit_id
        WHERE r.host_ns::HUGEINT BETWEEN c.at_ns::HUGEINT - {KeptTime.BackNs(secondHours)} AND c.at_ns::HUGEINT + {KeptTime.AheadNs}
        """);
}
