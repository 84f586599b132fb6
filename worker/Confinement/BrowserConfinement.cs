using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SteelBrowser.Files;
using Steelyard.Contract;
using Steelyard.Contract.Egress;

namespace SteelBrowser.Confinement;

/// <summary>
/// Decides how the browsers of this worker are confined, as far as this machine allows, and applies this to each of them. The kernel
/// enforces it below the browser: against pages, against clients over CDP, and against a browser that either of them has taken over.
/// </summary>
internal sealed class BrowserConfinement
{
    private const string NoLandlock = "this kernel has no Landlock (Linux 5.13 or later), or a container forbids its use";

    // What Chromium reads of the system: libraries, fonts, languages, time zones, certificates. Folders where people install their own
    // programs are not included, because those contain settings.
    private static readonly string[] SystemFiles =
    [
        "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/sys", "/var/cache/fontconfig",
        "/usr/share/X11", "/usr/share/ca-certificates", "/usr/share/fontconfig", "/usr/share/fonts", "/usr/share/locale", "/usr/share/mime",
        "/usr/share/vulkan", "/usr/share/zoneinfo", "/usr/local/share/ca-certificates", "/usr/local/share/fonts",
        "/etc/ca-certificates", "/etc/fonts", "/etc/gai.conf", "/etc/host.conf", "/etc/hosts", "/etc/ld.so.cache", "/etc/localtime",
        "/etc/nsswitch.conf", "/etc/os-release", "/etc/resolv.conf", "/etc/timezone", "/etc/vulkan",

        // Not their parent folders: those also contain private keys.
        "/etc/pki/ca-trust", "/etc/pki/tls/certs", "/etc/pki/nssdb", "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
    ];

    private static readonly string[] Writable = ["/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero"];

    // What the worker's own program reads after it has given up its rights and before the browser starts: nothing, unless the program is
    // compiled just in time (JIT).
    private static readonly string[] OwnRuntime = RuntimeFeature.IsDynamicCodeCompiled
        ? [AppContext.BaseDirectory, RuntimeEnvironment.GetRuntimeDirectory()]
        : [];

    private readonly ConfinementOptions options;
    private string? noSandbox;

    public BrowserConfinement(ConfinementOptions options)
    {
        this.options = options;
        var (user, why) = ChooseUser(options);
        User = user;
        noSandbox = options.NoSandbox ? "--no-sandbox was given" : Environment.IsPrivilegedProcess && user is null ? why : null;
        Isolation = Describe(why);
    }

    /// <summary>The user that a browser runs as; null for the worker's own user.</summary>
    public BrowserUser? User { get; }

    public bool HasSandbox => noSandbox is null;

    /// <summary>The kernel restricts access to files. Shared memory is then among the browser's own files.</summary>
    public static bool KeepsFiles => Landlock.Version > 0;

    public EgressRules Egress => options.Egress;

    private IEnumerable<string> Programs => SystemFiles.Append(Path.GetDirectoryName(options.BrowserPath)!).Concat(OwnRuntime);

    public Isolation Isolation { get; private set; }

    private bool KeepsNetwork => !Egress.IsOpen && Landlock.HasNetwork && SocketFilter.IsSupported;

    /// <summary>Records that the browser cannot use its sandbox on this machine: the next browser starts without it.</summary>
    public void GiveUpSandbox()
    {
        noSandbox = "Chromium finds no usable sandbox: user namespaces are not allowed here";
        Isolation = Isolation with { Sandbox = Guard.Off(noSandbox) };
    }

    /// <summary>The rules for one browser. Throws <see cref="ConfinementException"/>.</summary>
    /// <param name="profile">The browser's profile.</param>
    /// <param name="relayPort">Port of the browser's relay; null when it has none.</param>
    public ConfinementRules For(Profile profile, int? relayPort)
    {
        foreach (var path in User is null ? [] : profile.BrowserFolders.Append(profile.Log.Path))
            User!.Own(path);
        return new(User, KeepsFiles ? Rules(profile, relayPort) : null, KeepsNetwork);
    }

    private Landlock Rules(Profile profile, int? relayPort)
    {
        var rules = Landlock.Create(KeepsNetwork);
        try
        {
            foreach (var path in Programs)
                rules.AllowReading(path);
            foreach (var path in Writable.Append(profile.Log.Path))
                rules.AllowWriting(path);

            // The sandbox writes the maps of its namespaces there. Any other write there requires root.
            (HasSandbox ? rules.AllowWriting : (Action<string>)rules.AllowReading)("/proc");
            foreach (var path in options.Folders.Concat(profile.BrowserFolders))
                rules.AllowAll(path);
            if (KeepsNetwork)
                rules.AllowPort(relayPort!.Value);
            return rules;
        }
        catch
        {
            rules.Dispose();
            throw;
        }
    }

    private static (BrowserUser? User, string Why) ChooseUser(ConfinementOptions options)
    {
        if (BrowserUser.For(options.Port) is not { } user)
            return (null, Environment.IsPrivilegedProcess
                ? "browsers run as root: root may not switch to another user here"
                : "browsers run as the node's own user: only root can give each browser its own user");
        var barrier = new[] { options.BrowserPath, options.Directory ?? Path.GetTempPath() }
            .Select(BrowserUser.Barrier)
            .FirstOrDefault(found => found is not null);
        return barrier is null ? (user, "") : (null, $"browsers run as root: other users cannot pass {barrier}; run chmod o+x {barrier}");
    }

    private Isolation Describe(string noUser) => new(
        noSandbox is null ? Guard.Active : Guard.Off(noSandbox),
        User is null ? Guard.Off(noUser) : Guard.Active,
        KeepsFiles ? Guard.Active : Guard.Off(NoLandlock),
        Egress.IsOpen ? Guard.Off("--egress open allows everything")
            : KeepsNetwork ? Guard.Active
            : new(true, "the rules hold for pages, but a client can bypass them over CDP: the kernel does not enforce them "
                + $"({(KeepsFiles ? $"Landlock here is version {Landlock.Version}; version 4 is needed: Linux 6.7" : NoLandlock)})"))
    {
        Readable = KeepsFiles ? [.. Programs.Concat(options.Folders)] : ["/"],
    };
}

/// <param name="BrowserPath">The browser's executable.</param>
/// <param name="Directory">Private folder for profiles; null for a temporary one.</param>
/// <param name="Folders">Additional folders in which the browser may read and write.</param>
/// <param name="Egress">Where the browser may connect.</param>
/// <param name="NoSandbox">True to run the browser without its sandbox.</param>
/// <param name="Port">Port of the worker: no other worker has it at the same time.</param>
internal sealed record ConfinementOptions(
    string BrowserPath, string? Directory, IReadOnlyList<string> Folders, EgressRules Egress, bool NoSandbox, int Port);
