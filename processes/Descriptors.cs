namespace Steelyard.Processes;

/// <summary>Descriptor flags that .NET cannot set on a descriptor that it did not open.</summary>
public static class Descriptors
{
    /// <summary>Sets close-on-exec, so that programs that this program starts do not inherit the descriptor.</summary>
    public static void CloseOnExec(int descriptor) => _ = LibC.FileControl(descriptor, LibC.SetDescriptorFlags, LibC.CloseOnExecFlag);
}
