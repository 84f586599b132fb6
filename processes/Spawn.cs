using System.Collections;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Steelyard.Processes;

/// <summary>One call of posix_spawn(3). It shares our memory until the exec, so it costs the same however large we are.</summary>
internal static unsafe class Spawn
{
    // glibc: posix_spawnattr_t 336 bytes, posix_spawn_file_actions_t 80, sigset_t 128.
    private const int AttributesSize = 512;
    private const int FileActionsSize = 256;
    private const int SignalSetSize = 128;
    private const uint LogMode = 0x180; // rw-------

    // Descriptors 3 and up are the child's: ours are moved out of that range first, or one dup2 could overwrite the next one's source.
    private const int FirstFreeDescriptor = 64;

    /// <summary>
    /// Starts it and returns its pid. One call at a time: a mark is ours for a moment. Throws <see cref="ProcessStartException"/>.
    /// </summary>
    public static int Start(ProcessSpec spec) => spec.Restrict is null ? StartHere(spec) : StartElsewhere(spec);

    // What a restricted thread has given up it never gets back. We wait for it no longer than for any spawn.
    private static int StartElsewhere(ProcessSpec spec)
    {
        var pid = 0;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                pid = StartHere(spec);
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
        return pid;
    }

    private static int StartHere(ProcessSpec spec)
    {
        var attributes = stackalloc byte[AttributesSize];
        var actions = stackalloc byte[FileActionsSize];
        using var argv = new NativeStrings([spec.Path, .. spec.Arguments]);
        using var envp = new NativeStrings(Environment(spec));
        using var paths = new NativeStrings(["/dev/null", spec.LogPath ?? ""]);
        var moved = new List<int>();

        _ = LibC.SpawnAttributesInit(attributes);
        _ = LibC.FileActionsInit(actions);
        try
        {
            SetSignals(attributes, spec.NewSession ? LibC.SpawnSetSession : (short)0);
            _ = LibC.FileActionsAddOpen(actions, 0, paths.Pointer[0], LibC.OpenReadOnly, 0);
            if (spec.LogPath is not null)
            {
                _ = LibC.FileActionsAddOpen(actions, 1, paths.Pointer[1], LibC.OpenWriteCreateAppend, LogMode);
                _ = LibC.FileActionsAddDuplicate(actions, 1, 2);
            }

            for (var i = 0; i < spec.InheritedHandles.Count; i++)
            {
                var copy = LibC.FileControl((int)spec.InheritedHandles[i].DangerousGetHandle(), LibC.DuplicateCloseOnExec, FirstFreeDescriptor);
                if (copy < 0)
                    throw ProcessStartException.Of(spec.Path, Marshal.GetLastPInvokeError());
                moved.Add(copy);
                _ = LibC.FileActionsAddDuplicate(actions, copy, 3 + i);
            }

            if (spec.Restrict?.Invoke() is { } refused)
                throw new ProcessStartException(spec.Path, $"{refused}: {Marshal.GetLastPInvokeErrorMessage()}");
            using var mark = ProcessMark.Carry(spec.Mark);
            var error = LibC.PosixSpawn(out var pid, argv.Pointer[0], actions, attributes, argv.Pointer, envp.Pointer);
            return error == 0 ? pid : throw ProcessStartException.Of(spec.Path, error);
        }
        finally
        {
            moved.ForEach(descriptor => LibC.Close(descriptor));
            _ = LibC.FileActionsDestroy(actions);
            _ = LibC.SpawnAttributesDestroy(attributes);
        }
    }

    // The runtime blocks and ignores signals for its own use; the child starts with none blocked and all at their defaults.
    private static void SetSignals(byte* attributes, short flags)
    {
        var signals = stackalloc byte[SignalSetSize];
        _ = LibC.SignalSetEmpty(signals);
        _ = LibC.SpawnAttributesSetSignalMask(attributes, signals);
        _ = LibC.SignalSetFill(signals);
        _ = LibC.SpawnAttributesSetSignalDefaults(attributes, signals);
        _ = LibC.SpawnAttributesSetFlags(attributes, (short)(flags | LibC.SpawnSetSignalDefaults | LibC.SpawnSetSignalMask));
    }

    private static List<string> Environment(ProcessSpec spec)
    {
        var variables = new Dictionary<string, string>();
        foreach (DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        foreach (var (name, value) in spec.Environment)
        {
            if (value is null)
                variables.Remove(name);
            else
                variables[name] = value;
        }

        return [.. variables.Select(pair => $"{pair.Key}={pair.Value}")];
    }
}
