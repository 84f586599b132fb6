using SteelBrowser.Computer;

namespace Steelyard.Tests.Unit.BundledWorker.Computer;

public sealed class KeyNamesTests
{
    [Theory]
    [InlineData("a", "a", "KeyA", 65, "a")]
    [InlineData("A", "A", "KeyA", 65, "A")]
    [InlineData("7", "7", "Digit7", 55, "7")]
    [InlineData("&", "&", "Digit7", 55, "&")]
    [InlineData("+", "+", "Equal", 187, "+")]
    [InlineData(" ", " ", "Space", 32, " ")]
    [InlineData("Return", "Enter", "Enter", 13, "\r")]
    [InlineData("KP_Enter", "Enter", "Enter", 13, "\r")]
    [InlineData("ArrowLeft", "ArrowLeft", "ArrowLeft", 37, null)]
    [InlineData("pgdn", "PageDown", "PageDown", 34, null)]
    [InlineData("f24", "F24", "F24", 135, null)]
    [InlineData("Super_L", "Meta", "MetaLeft", 91, null)]
    [InlineData("controlleft", "Control", "ControlLeft", 17, null)]
    [InlineData("Plus", "+", "Equal", 187, "+")]
    public void A_key_is_found_by_any_of_its_names(string name, string key, string code, int keyCode, string? text)
    {
        var found = Assert.Single(KeyNames.Find(name)!);
        Assert.Equal((key, code, keyCode, text), (found.Name, found.Code, found.KeyCode, found.Text));
    }

    [Theory]
    [InlineData("ctrl+a", "Control a")]
    [InlineData("Ctrl+Shift+T", "Control Shift T")]
    [InlineData("ctrl+plus", "Control +")]
    public void A_chord_is_its_keys_in_order(string name, string keys) =>
        Assert.Equal(keys, string.Join(' ', KeyNames.Find(name)!.Select(key => key.Name)));

    [Theory]
    [InlineData("")]
    [InlineData("Hyper")]
    [InlineData("F25")]
    [InlineData("F0")]
    [InlineData("ctrl+")]
    [InlineData("+a")]
    [InlineData("ctrl++")]
    [InlineData("ctrl+Hyper")]
    [InlineData("ab")]
    [InlineData("ä")]
    [InlineData("\0")]
    [InlineData("\u007f")]
    [InlineData("🙂")]
    public void What_no_key_has_is_not_found(string name) => Assert.Null(KeyNames.Find(name));

    [Fact]
    public void Every_character_of_the_keyboard_is_typed_by_the_key_that_has_it()
    {
        for (var character = ' '; character <= '~'; character++)
        {
            var key = KeyNames.Typing(character);
            Assert.Equal((character.ToString(), true), (key?.Text, key?.Code.Length > 0));
        }

        Assert.Equal("Enter", KeyNames.Typing('\n')?.Name);
        Assert.Equal("Tab", KeyNames.Typing('\t')?.Name);
        Assert.All("ä\0\u007f\u200b", character => Assert.Null(KeyNames.Typing(character)));
    }

    [Theory]
    [InlineData("alt", 1)]
    [InlineData("ctrl", 2)]
    [InlineData("cmd", 4)]
    [InlineData("shift", 8)]
    [InlineData("a", 0)]
    public void Modifiers_have_the_bits_of_devtools(string name, int bit) => Assert.Equal(bit, KeyNames.Find(name)!.Single().Modifier);
}
