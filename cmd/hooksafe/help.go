package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		Long:  `Help explains a command, as --help behind the command does.`,
		Example: `  hooksafe help serve
  hooksafe help user create`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return wrongUse{fmt.Errorf("there is no command %q", strings.Join(args, " "))}
			}
			return cmd.Help()
		},
	}
}

// help explains a command to somebody who sees it for the first time.
func help(cmd *cobra.Command, _ []string) {
	w := cmd.OutOrStdout()
	fmt.Fprintf(w, "%s\n\n", cmd.Long)
	usage(w, cmd)
	fmt.Fprintf(w, "\nExamples:\n%s\n", cmd.Example)
	cmd.InitDefaultHelpFlag()
	fmt.Fprintf(w, "\nFlags:\n%s", cmd.LocalFlags().FlagUsages())
	settingsHelp(w, cmd)
}

// usage is the short form, which also answers wrong use.
func usage(w io.Writer, cmd *cobra.Command) {
	fmt.Fprintf(w, "Usage:\n  %s%s\n", cmd.CommandPath(), strings.TrimPrefix(cmd.Use, cmd.Name()))
	if !cmd.HasSubCommands() {
		return
	}
	printCommands(w, "Commands", cmd, "")
	printCommands(w, "Commands over the API of a server, with an API key", cmd, clientGroup)
}

// printCommands lists the commands below one that are in a group.
func printCommands(w io.Writer, head string, cmd *cobra.Command, group string) {
	head = "\n" + head + ":\n"
	for _, c := range cmd.Commands() {
		if c.GroupID == group {
			fmt.Fprintf(w, "%s  %-*s  %s\n", head, c.NamePadding(), c.Name(), c.Short)
			head = ""
		}
	}
}

// settingsHelp prints the rows of the table of settings that a command takes.
func settingsHelp(w io.Writer, cmd *cobra.Command) {
	head := "\nSettings, as flags or variables. A flag wins; an empty variable counts as not set.\n"
	for _, s := range settings {
		if s.takenBy(cmd) {
			fmt.Fprintf(w, "%s  %s\n        %s\n", head, s.names(), strings.ReplaceAll(s.meaning, "\n", "\n        "))
			head = ""
		}
	}
	if isClient(cmd) {
		connectionHelp(w)
	}
}

// isClient tells whether a command, or one above it, works over the API.
func isClient(cmd *cobra.Command) bool {
	return cmd.GroupID == clientGroup || cmd.HasParent() && isClient(cmd.Parent())
}

func connectionHelp(w io.Writer) {
	fmt.Fprint(w, "\nSettings, as variables; or both in the file ~/.config/hooksafe, in the form of a .env\n"+
		"file that only you can read, where neither variable is set.\n")
	for _, s := range connectionSettings {
		fmt.Fprintf(w, "  %s\n        %s\n", s.variable, strings.ReplaceAll(s.meaning, "\n", "\n        "))
	}
}

func (s setting) names() string {
	names := s.variable
	if s.flag != "" {
		names = "--" + s.flag + " " + s.value + ", " + names
	}
	if s.preset != "" {
		names += " (" + s.preset + ")"
	}
	return names
}
