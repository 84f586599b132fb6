using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SteelBrowser.Files;
using Steelyard.Contract.Egress;

namespace SteelBrowser.Confinement;

/// <summary>
/// Decides what the browsers of this worker are held by, as far as this machine allows, and puts it in force for each. It holds below the
/// browser: what a page, a client over CDP, or a browser taken over by either tries, the kernel refuses.
/// </summary>
internal sealed class BrowserConfinement
{
    private const string NoLandlock = "this kernel has no Landlock (Linux 5.13), or a container forbids it";

    // What Chromium reads of the system: libraries, fonts, languages, time zones, certificates. Not where people install programs of their
    // own, which have settings.
    private static readonly string[] SystemFiles =
    [
        "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/sys", "/var/cache/fontconfig",
        "/usr/share/X11", "/usr/share/ca-certificates", "/usr/share/fontconfig", "/usr/share/fonts", "/usr/share/locale", "/usr/share/mime",
        "/usr/share/vulkan", "/usr/share/zoneinfo", "/usr/local/share/ca-certificates", "/usr/local/share/fonts",
        "/etc/ca-certificates", "/etc/fonts", "/etc/gai.conf", "/etc/host.conf", "/etc/hosts", "/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf",
        "/etc/os-release", "/etc/resolv.conf", "/etc/timezone", "/etc/vulkan",

        // Not the folders above them: private keys are in others of theirs.
        "/etc/pki/ca-trust", "/etc/pki/tls/certs", "/etc/pki/nssdb", "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
    ];

    private static readonly string[] Writable = ["/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero"];

    // What our own program reads between giving up its rights and starting the browser: nothing, unless it is compiled as it runs.
    private static readonly string[] OwnRuntime = RuntimeFeature.IsDynamicCodeCompiled ? [AppContext.BaseDirectory, RuntimeEnvironment.GetRuntimeDirectory()] : [];

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

    /// <summary>What a browser runs as; null for our own user.</summary>
    public BrowserUser? User { get; }

    public bool HasSandbox => noSandbox is null;

    /// <summary>Files are kept by the kernel. The memory that processes share is then among the browser's own files.</summary>
    public static bool KeepsFiles => Landlock.Version > 0;

    public EgressRules Egress => options.Egress;

    private IEnumerable<string> Programs => SystemFiles.Append(Path.GetDirectoryName(options.BrowserPath)!).Concat(OwnRuntime);

    public Isolation Isolation { get; private set; }

    private bool KeepsNetwork => !Egress.IsOpen && Landlock.HasNetwork && SocketFilter.IsSupported;

    /// <summary>The browser says that it cannot have its sandbox here: the next one goes without.</summary>
    public void GiveUpSandbox()
    {
        noSandbox = "Chromium finds no usable one: user namespaces are not allowed here";
        Isolation = Isolation with { Sandbox = Guard.Off(noSandbox) };
    }

    /// <summary>For one browser. Throws <see cref="ConfinementException"/>.</summary>
    /// <param name="profile">Its folder.</param>
    /// <param name="relayPort">Where its relay listens; null when it has none.</param>
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

            // The sandbox writes the maps of its namespaces there. What else could be written takes root.
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
            return (null, Environment.IsPrivilegedProcess ? "it runs as root, which may not become another user here" : "browsers run as the node's own user: only root can give each another");
        var barrier = new[] { options.BrowserPath, options.Directory ?? Path.GetTempPath() }.Select(BrowserUser.Barrier).FirstOrDefault(found => found is not null);
        return barrier is null ? (user, "") : (null, $"it runs as root: {barrier} lets no other user through (chmod o+x it)");
    }

    private Isolation Describe(string noUser) => new(
        noSandbox is null ? Guard.On : Guard.Off(noSandbox),
        User is null ? Guard.Off(noUser) : Guard.On,
        KeepsFiles ? Guard.On : Guard.Off(NoLandlock),
        Egress.IsOpen ? Guard.Off("--egress open allows everything")
            : KeepsNetwork ? Guard.On
            : new(true, $"pages cannot go around it, but a client over CDP can: the kernel does not enforce it ({(KeepsFiles ? $"Landlock here is version {Landlock.Version}, 4 is needed: Linux 6.7" : NoLandlock)})"),
        KeepsFiles ? [.. Programs.Concat(options.Folders)] : ["/"]);
}

/// <param name="BrowserPath">The browser's executable.</param>
/// <param name="Directory">Private folder for profiles, or null for a temporary one.</param>
/// <param name="Folders">Further folders in which it may read and write.</param>
/// <param name="Egress">Where it may connect.</param>
/// <param name="NoSandbox">Somebody wants it without its sandbox.</param>
/// <param name="Port">Of the worker: no other worker has it at the same time.</param>
internal sealed record ConfinementOptions(string BrowserPath, string? Directory, IReadOnlyList<string> Folders, EgressRules Egress, bool NoSandbox, int Port);
