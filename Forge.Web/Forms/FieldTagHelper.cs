using System.Globalization;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Forge.Web.Forms;

/// <summary>
/// One field of a form: its label, hint, input and error, tied together for screen readers.
/// Attributes that are not named here go to the input.
/// </summary>
[HtmlTargetElement("field", Attributes = "asp-for", TagStructure = TagStructure.WithoutEndTag)]
public sealed class FieldTagHelper : TagHelper
{
    [HtmlAttributeName("asp-for")]
    public required ModelExpression For { get; set; }

    public required string Label { get; set; }

    public string? Hint { get; set; }

    public string Type { get; set; } = "text";

    [ViewContext, HtmlAttributeNotBound]
    public ViewContext ViewContext { get; set; } = null!;

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var name = ViewContext.ViewData.TemplateInfo.GetFullHtmlFieldName(For.Name);
        var id = TagBuilder.CreateSanitizedId(name, "_");
        ViewContext.ModelState.TryGetValue(name, out var state);
        var error = state?.Errors.Count > 0 ? state.Errors[0].ErrorMessage : null;

        var input = new TagBuilder("input") { TagRenderMode = TagRenderMode.SelfClosing };
        foreach (var attribute in output.Attributes)
        {
            input.Attributes[attribute.Name] = attribute.Value?.ToString();
        }

        input.Attributes["id"] = id;
        input.Attributes["name"] = name;
        input.Attributes["type"] = Type;
        if (Type != "password")
        {
            input.Attributes["value"] = state?.AttemptedValue ?? Convert.ToString(For.Model, CultureInfo.InvariantCulture);
        }

        var label = new TagBuilder("label") { Attributes = { ["for"] = id } };
        label.InnerHtml.Append(Label);

        output.TagName = "div";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.Clear();
        output.Attributes.SetAttribute("class", "field");
        output.Content.AppendHtml(label);

        var descriptions = new List<string>();
        AppendText(output, descriptions, $"{id}-hint", "hint", Hint);
        AppendText(output, descriptions, $"{id}-error", "error", error);
        if (error is not null)
        {
            input.Attributes["aria-invalid"] = "true";
        }

        if (descriptions.Count > 0)
        {
            input.Attributes["aria-describedby"] = string.Join(' ', descriptions);
        }

        output.Content.AppendHtml(input);
    }

    private static void AppendText(TagHelperOutput output, List<string> descriptions, string id, string cssClass, string? text)
    {
        if (text is null)
        {
            return;
        }

        var paragraph = new TagBuilder("p") { Attributes = { ["id"] = id, ["class"] = cssClass } };
        paragraph.InnerHtml.Append(text);
        output.Content.AppendHtml(paragraph);
        descriptions.Add(id);
    }
}
