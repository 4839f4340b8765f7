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
	fmt.Fprint(w, "\nCommands:\n")
	for _, c := range cmd.Commands() {
		fmt.Fprintf(w, "  %-*s  %s\n", c.NamePadding(), c.Name(), c.Short)
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
