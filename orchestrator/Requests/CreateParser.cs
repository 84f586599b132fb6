using System.Security.Cryptography;
using System.Text.Json;
using Steelyard.Contract;
using Steelyard.Contract.Setup;
using Steelyard.Http;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Requests;

/// <summary>
/// Reads the body of a create in the form of steel-sdk's <c>SessionCreateParams</c>. Unknown fields are ignored. A known field with a bad
/// value is refused by name. Only fields that were checked here reach a worker as options.
/// </summary>
public sealed class CreateParser(WorkerProtocol workers, Options options)
{
    /// <summary>Labels that a session may have.</summary>
    internal const int MaxLabels = 50;

    private const long DefaultTimeoutMs = 300_000;
    private const long LongestMs = 24 * 60 * 60 * 1000;

    // The client gives up after 60 s and retries: it must learn before then that the node is full.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(50);
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    /// <summary>Reads the body. Throws <see cref="FieldException"/> for a field that is bad or not supported.</summary>
    /// <param name="body">Valid JSON.</param>
    /// <param name="caller">The caller, who becomes the holder of the session.</param>
    internal SteelRequest Parse(ReadOnlyMemory<byte> body, Caller caller)
    {
        using var document = JsonDocument.Parse(body, new() { MaxDepth = SessionBody.MaxBodyDepth });
        var fields = Fields.Of(document.RootElement);
        UnsupportedFields.Check(fields);
        var (setup, json) = SetupTranslator.Translate(fields);
        if (workers.CreatesWithOptions && setup.Locale is not null)
            throw FieldException.Missing("locale", "a locale of the client's choice");
        return new SteelRequest(workers.CreatesWithOptions ? body : EmptyObject, Clock(fields))
        {
            Holder = caller.Name,
            ChosenId = ChosenId(fields),
            Fingerprint = Convert.ToHexString(SHA256.HashData(body.Span)),
            Metadata = fields.Map("metadata", most: MaxLabels, longestName: 64, longestValue: 512),
            Patience = options.QueueTimeout < LongestWait ? options.QueueTimeout : LongestWait,
            Record = RecordOf(fields),
            Setup = workers.CreatesWithOptions || !setup.AreGiven ? default : json, // Some workers support no options.
            Shown = Facts(fields, setup),
        };
    }

    private static SteelFacts Facts(Fields fields, SessionOptions setup) => new(
        setup.Dimensions ?? (setup.IsMobile ? Dimensions.Mobile : Dimensions.Default),
        setup.Block,
        setup.UserAgent,
        fields.Text("namespace", 128),
        setup.Proxy is not null,
        setup.IsMobile,
        fields.Object("debugConfig")?.Bool("interactive") ?? true);

    // A timeout of 0 means none. Such a session still ends after a day without use.
    private SessionClock Clock(Fields fields)
    {
        var given = fields.Number("timeout", 0, LongestMs) ?? DefaultTimeoutMs;
        TimeSpan? timeout = given == 0 ? null : TimeSpan.FromMilliseconds(given);
        var inactivity = fields.Number("inactivityTimeout", 1, LongestMs);
        var idle = TimeSpan.FromMilliseconds(inactivity ?? (given == 0 ? LongestMs : given));
        return new(idle, options.SessionMaxAge is { } max && !(timeout <= max) ? max : timeout)
        {
            IsIdleWhileSilent = inactivity is not null,
        };
    }

    private static RecordMode? RecordOf(Fields fields) => fields.Text("record", 16) is not { } text
        ? null
        : RecordModes.Parse(text) ?? throw FieldException.Bad("record", "off, events or frames");

    private static SessionId? ChosenId(Fields fields)
    {
        if (fields.Text("sessionId", SessionId.TextLength) is not { } text)
            return null;
        return SessionId.TryParse(text, out var id) ? id : throw FieldException.Bad("sessionId", "a UUID");
    }
}
