using System.Net.Sockets;
using Npgsql;

namespace Steelyard.Fabric.Tables;

/// <summary>What an error of PostgreSQL or its client means.</summary>
internal static class PostgresFailures
{
    /// <summary>The server has undone the work, because it met other work: it can be done again.</summary>
    public static bool IsConflict(NpgsqlException e) =>
        e.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    /// <summary>The connection broke, or the server closed it.</summary>
    public static bool IsLostConnection(NpgsqlException e) =>
        e.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.IdleSessionTimeout
        || e.InnerException is IOException or SocketException;

    /// <summary>The client's own limit, in whole seconds, was faster than the deadline; also on the wait for a free connection.</summary>
    public static bool IsLate(Exception e) => e is TimeoutException or NpgsqlException { InnerException: TimeoutException };

    /// <summary>What happened and what to do, in sentences. The texts of the server and the client contain no password.</summary>
    public static string Describe(Exception e) => e switch
    {
        PostgresException server => $"{Sentence(server.MessageText)} {Advice(server.SqlState)}",
        _ => $"{Sentence(Innermost(e).Message)} Look whether the server runs, and whether this machine can reach it.",
    };

    private static string Advice(string state) => state switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            "Correct the user or password of the cluster's address.",
        PostgresErrorCodes.InvalidCatalogName => "Create the database, or correct its name in the cluster's address.",
        PostgresErrorCodes.InsufficientPrivilege => "Grant this user the right to create tables in its schema, and to read and write them.",
        PostgresErrorCodes.UndefinedTable => "Was the database emptied? Nodes that initialize the table create it again.",
        PostgresErrorCodes.UndefinedColumn => "The table is of another version of this program: use another database.",
        PostgresErrorCodes.TooManyConnections => "Raise max_connections of the server: a node takes up to eight.",
        PostgresErrorCodes.CannotConnectNow => "The server starts or stops just now: try again.",
        PostgresErrorCodes.ReadOnlySqlTransaction => "Use the address of the primary server.",
        PostgresErrorCodes.DiskFull => "Make room on the server's disk.",
        _ => $"PostgreSQL calls this {state}.",
    };

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;

    private static string Sentence(string text) => char.ToLowerInvariant(text[0]) + text[1..].TrimEnd('.') + ".";
}
